import type { Part } from '../inspect/parts.ts';
import { type StoredPlan, stateNamesOf } from '../match/plan.ts';
import type { Keys } from '../redis/keys.ts';
import { fieldsOfHash, hashesOf, isThere, memberPages, outdatedIds, textsOf } from '../redis/movable.ts';
import { noteFormer } from '../redis/stage.ts';
import { storedPlanOf } from '../redis/stored.ts';
import type { Copying } from './copying.ts';
import { generationsIn } from './rest.ts';

/** What the front keeps of an engine that is divided: its log, what is wanted, and what people and `watchfire actions` write. */
const AT_FRONT: ReadonlySet<keyof Keys> = new Set<keyof Keys>([
  ...(['format', 'events', 'own', 'automations', 'plans', 'changes', 'generation', 'queues', 'listeners'] as const),
  ...(['outdated', 'history', 'settings', 'quotas', 'carried', 'deliveries', 'delivered', 'undelivered'] as const),
  // What the front log is fed from stays fed.
  ...(['handlers', 'silences', 'fed', 'sources', 'acts'] as const),
]);

/** The same of keys that are no part of the state of an engine. */
const NO_STATE: ReadonlySet<keyof Keys> = new Set<keyof Keys>(['live', 'next', 'former']);

/** Notes all keys of a source that it shall not have any more, as far as no new ones take their place. */
export async function noteFormerKeys(c: Copying, source: Part): Promise<void> {
  const { redis } = c;
  const { store } = source;
  const single = (Object.keys(store.keys) as (keyof Keys)[]).filter(
    (name) => !NO_STATE.has(name) && !(source.name === '' && AT_FRONT.has(name)),
  );
  await noteFormer(
    redis,
    store,
    single.map((name) => store.keys[name]),
  );
  for await (const keys of prefixedKeys(c, source)) await noteFormer(redis, store, keys);
}

/** The same of what the front had on paper, where it becomes an engine: documents have other numbers there. */
export async function noteFormerPaper({ redis, front, revisions, from, to }: Copying): Promise<void> {
  if (from === null || to !== null) return;
  const ids = new Set([...revisions.ids(), ...(await outdatedIds(redis, front))]);
  await noteFormer(redis, front, [front.keys.outdated, ...[...ids].map((id) => front.prefixes.automation + id)]);
}

async function* prefixedKeys(c: Copying, { name, store }: Part): AsyncGenerator<string[]> {
  const { redis } = c;
  const { keys, prefixes } = store;
  const plans = await fieldsOfHash(redis, keys.plans);
  const names = Object.entries(plans).flatMap(([id, text]) => stateNamesOf(id, planIn(text, keys.plans, id)));
  for await (const page of memberPages(redis, keys.garbage)) names.push(...page.map(([gone]) => gone));
  for (const trigger of names) {
    const { windows, last, deadlines, trigger: definition } = prefixes;
    yield [windows, last, deadlines, definition].map((prefix) => prefix + trigger);
    for await (const page of memberPages(redis, deadlines + trigger)) {
      const [first] = page;
      // Windows have no keys of their own.
      if (first === undefined || !(await isThere(redis, `${prefixes.composite + trigger}:${first[0]}`))) break;
      yield page.map(([group]) => `${prefixes.composite + trigger}:${group}`);
    }
  }
  for await (const page of memberPages(redis, keys.early)) yield page.map(([member]) => prefixes.early + member);
  for await (const page of memberPages(redis, keys.parked)) {
    const ids = page.map(([id]) => prefixes.parked_event + id);
    const events = await hashesOf(redis, ids);
    yield [
      ...ids,
      ...events.flatMap(({ followers }) => (followers === undefined ? [] : prefixes.followers + followers)),
    ];
  }
  for await (const page of memberPages(redis, keys.waiting)) {
    yield page.flatMap(([member]) => [prefixes.group + member.slice(2), prefixes.closing + member.slice(2)]);
  }
  const [seen] = await textsOf(redis, [keys.seen]);
  yield generationsIn(seen ?? null).map(({ number }) => prefixes.seen + String(number));
  const ids = [...new Set([...Object.keys(plans), ...c.revisions.ids()])];
  yield ids.map((id) => prefixes.passed + id);
  if (name !== '') yield ids.map((id) => prefixes.automation + id);
}

function planIn(text: string, key: string, id: string): StoredPlan {
  return storedPlanOf(text, key, id);
}
