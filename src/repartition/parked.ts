import type { Part } from '../inspect/parts.ts';
import { GLOBAL_PARTITION } from '../model/partition.ts';
import { fieldsOfHash, hashesOf, memberPages } from '../redis/movable.ts';
import { shownJson } from '../redis/stored.ts';
import { type Copying, stageOf } from './copying.ts';

/** Copies the events that wait for the one they follow, and what waits for them. */
export async function copyParked(c: Copying): Promise<void> {
  const { redis } = c;
  const known = new Map<string, Held[]>();
  for (const source of c.sources) {
    const holds = await fieldsOfHash(redis, source.store.keys.holds);
    for await (const page of memberPages(redis, source.store.keys.parked)) {
      const events = await hashesOf(
        redis,
        page.map(([id]) => source.store.prefixes.parked_event + id),
      );
      for (const [i, [id, received]] of page.entries())
        await copyFollower(c, source, { id, received, fields: events[i] ?? {}, held: holds[id] }, known);
    }
  }
}

/** A key that waits for a parked event. */
type Held = Readonly<{ name: string; key: string; target: string }>;

type Follower = Readonly<{ id: string; received: string; fields: Record<string, string>; held: string | undefined }>;

async function copyFollower(c: Copying, source: Part, one: Follower, known: Map<string, Held[]>): Promise<void> {
  const { followers, member, occurred, event } = one.fields;
  if (followers === undefined || member === undefined || event === undefined) return;
  const cells = cellsOf(c, source, one.held);
  const targets = new Set([...homesOf(c, source, event), ...cells.map(({ target }) => target)]);
  for (const target of targets) {
    const stage = stageOf(c, target);
    const place = `${target} ${one.id}`;
    const before = known.get(place);
    const held = [...(before ?? []), ...cells.filter((cell) => cell.target === target)];
    known.set(place, held);
    if (held.length > 0)
      await stage.hash(stage.keys.holds, [[one.id, JSON.stringify(held.map(({ name, key }) => [name, key]))]]);
    if (before !== undefined) continue;
    await stage.scores(stage.keys.parked, [[one.received, one.id]]);
    await stage.hash(stage.prefixes.parked_event + one.id, Object.entries(one.fields));
    await stage.scores(stage.prefixes.followers + followers, [[occurred ?? '0', member]]);
  }
  c.count('parked', 1);
}

/** What is parked at the global partition alone has come back elsewhere, or the other way round. */
function homesOf({ from, routing }: Copying, { name }: Part, event: string): readonly string[] {
  if (routing === null) return [''];
  if (from !== null && name === GLOBAL_PARTITION) return [GLOBAL_PARTITION];
  const targets = routing.targetsOf({ id: '0-0', fields: ['released', event] }, 'front');
  return from === null ? targets : targets.filter((target) => target !== GLOBAL_PARTITION);
}

function cellsOf(c: Copying, { name: source }: Part, held: string | undefined): Held[] {
  const cells = shownJson(held);
  if (!Array.isArray(cells)) return [];
  return (cells as [string, string][]).flatMap(([name, key]) => {
    const node = c.triggers.get(source)?.get(name)?.node;
    return node ? [{ name: node.name, key, target: c.definitions.homeOfKey(node, key) }] : [];
  });
}
