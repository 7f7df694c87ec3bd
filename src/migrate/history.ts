import { textAt, typesOf } from '../redis/older-state.ts';
import type { Namespace, Slice } from './step.ts';

/** Earlier versions kept nothing of what was changed: a history begins where the log is now (lua/include/history.lua). */
export async function* history({ redis, store }: Namespace): AsyncGenerator<Slice> {
  const { history: key, position, generation } = store.keys;
  const [type] = await typesOf(redis, [key]);
  if (type !== 'none') return;
  const [at, number] = await Promise.all([textAt(redis, position), textAt(redis, generation)]);
  const id = `${(at ?? '0-0').split('-')[0]}-1`;
  const record = ['kind', 'begun', 'generation', number ?? '0', 'position', at ?? '0-0', 'time', '', 'id', ''];
  yield { kind: 'history', count: 1, commands: [['XADD', key, id, ...record, 'before', '', 'revision', '']] };
}
