import { idIn, partOfId, partsOf } from '../inspect/parts.ts';
import { compareText } from '../match/key.ts';
import { Routing } from '../match/routing.ts';
import type { Entry } from '../model/intake.ts';
import { GLOBAL_PARTITION, type PartitionLayout } from '../model/partition.ts';
import { type ExplainedEvent, type ExplainOptions, eventIn, explain, findEntry } from './explain.ts';
import type { LiveEngine, LiveNamespace, PlaceFor } from './live.ts';

/** Where an event stands: in the logs of partitions by their names, or in the front log alone, not fed yet. */
type Whereabouts = Readonly<{ entries: ReadonlyMap<string, Entry>; front: Entry | null }>;

/**
 * As `explain`, of the event with that id, or of that entry of a log: to the automations of its partition and to those of the global one.
 * @returns null when no log has it
 */
export async function explainNamed(
  live: LiveNamespace,
  placeFor: PlaceFor,
  name: string,
  options: ExplainOptions = {},
): Promise<ExplainedEvent | null> {
  const layout = await live.partitions();
  if (layout === null) {
    const entry = await findEntry(live, name);
    return entry && (await explain(live, placeFor(''), entry, options));
  }
  const engines = enginesOf(live, layout);
  const { entries, front } = await whereIs(live, engines, name);
  const [entry] = [...entries.values(), ...(front === null ? [] : [front])];
  if (entry === undefined) return null;
  const home = [...entries.keys()].find((one) => one !== GLOBAL_PARTITION) ?? homeOf(entry, layout);
  const found: (readonly [string, ExplainedEvent])[] = [];
  for (const part of [home, GLOBAL_PARTITION]) {
    const own = entries.get(part);
    const engine = engines.get(part);
    if (engine === undefined) continue;
    const asked = { ...options, present: own !== undefined };
    found.push([part, await explain(engine, placeFor(part), own ?? entry, asked)]);
  }
  return merged(found, entries, entry);
}

function enginesOf({ connections, store }: LiveEngine, layout: PartitionLayout): ReadonlyMap<string, LiveEngine> {
  return new Map(partsOf(store, layout).map((part) => [part.name, { connections, store: part.store }]));
}

async function whereIs(live: LiveEngine, engines: ReadonlyMap<string, LiveEngine>, name: string): Promise<Whereabouts> {
  const named = partOfId(name);
  const entries = new Map<string, Entry>();
  const look = async (id: string, parts: readonly string[]): Promise<void> => {
    for (const part of parts) {
      const engine = engines.get(part);
      const entry = engine && (await findEntry(engine, id));
      if (entry) entries.set(part, entry);
    }
  };
  if (named.part === '') await look(name, [...engines.keys()]);
  else {
    await look(named.id, [named.part]);
    const entry = entries.get(named.part);
    const id = entry && eventIn(entry, named.part)?.id;
    if (id) await look(id, named.part === GLOBAL_PARTITION ? [...engines.keys()] : [GLOBAL_PARTITION]);
  }
  return { entries, front: entries.size > 0 || named.part !== '' ? null : await findEntry(live, name) };
}

function homeOf(entry: Entry, layout: PartitionLayout): string {
  return new Routing(layout, () => false).targetsOf(entry, 'front')[0] ?? '';
}

function merged(
  found: readonly (readonly [string, ExplainedEvent])[],
  entries: ReadonlyMap<string, Entry>,
  entry: Entry,
): ExplainedEvent {
  const present = found.find(([part]) => entries.has(part));
  const [part, base] = present ?? ['', found[0]?.[1]];
  if (base === undefined) throw new Error(`no partition was asked about ${entry.id}`);
  const automations = found.flatMap(([, one]) => one.automations);
  return {
    ...base,
    entry: idIn(part, base.entry),
    automations: automations.sort((a, b) => compareText(a.name, b.name)),
  };
}
