import { ownFormOf } from '../model/intake.ts';
import { readBehind, readPosition } from '../redis/log.ts';
import type { Namespace, Slice } from './step.ts';

/** Entries that are read at a time. */
const PAGE = 500;

/** Marks the waiting entries that the engine wrote (lua/include/own.lua). Earlier versions marked none. */
export async function* own({ redis, store }: Namespace): AsyncGenerator<Slice> {
  for (let from = await readPosition(redis, store); ; ) {
    const entries = await readBehind(redis, store, from, PAGE);
    const last = entries.at(-1);
    if (last === undefined) return;
    from = last.id;
    const marks = entries
      .filter(({ fields }) => ['firing', 'released'].includes(ownFormOf(fields) ?? ''))
      .flatMap(({ id }) => [id.slice(0, id.indexOf('-')), id]);
    if (marks.length > 0)
      yield { kind: 'own', count: marks.length / 2, commands: [['ZADD', store.keys.own, ...marks]] };
  }
}
