import { compileKey, encodeKey } from '../match/key.ts';
import { kindOf, type TriggerNode } from '../match/plan.ts';
import type { Interest } from '../match/trigger-index.ts';
import { type Event, effectiveTime, eventDocument } from '../model/event.ts';
import { type Entry, rememberedAs, timeOf } from '../model/intake.ts';
import type { Chunk, ChunkEntry, ChunkMatch, ChunkTrigger } from '../redis/wire.ts';
import { type Digest, digestOf } from './digest.ts';
import type { DefinitionsView } from './loaded-definitions.ts';
import { type MatchedEntry, matchEntry } from './match-entry.ts';
import type { SetAsideCause } from './poison.ts';

/** The parts of a node that every match of it needs; worked out once for a definition. */
type Prepared = { trigger: Omit<ChunkTrigger, 'keys'>; key: (event: Event) => string };

const prepared = new WeakMap<TriggerNode, Prepared>();

function prepare(node: TriggerNode): Prepared {
  const known = prepared.get(node);
  if (known) return known;
  const { trigger } = node;
  const values = compileKey(trigger.forEach);
  const fresh: Prepared = {
    trigger: {
      name: node.name,
      automation: node.automationId,
      threshold: trigger.type === 'event' ? trigger.threshold : OF_COMPOSITES,
      within: trigger.withinMs ?? 0,
      kind: kindOf(node),
    },
    key: (event) => encodeKey(values(event)),
  };
  prepared.set(node, fresh);
  return fresh;
}

/** What rules 17 make of an event at a trigger; nothing of most. */
function partTwo({ resets, resolves, noValue, value }: Interest): Partial<ChunkMatch> {
  if (resets === undefined && resolves === undefined && noValue === undefined && value === undefined) return NOTHING;
  return {
    ...(resets && { resets }),
    ...(resolves && { resolves }),
    ...(noValue && { noValue }),
    ...(value !== undefined && { value: typeof value === 'number' ? String(value) : encodeKey([value]) }),
  };
}

const NOTHING: Partial<ChunkMatch> = Object.freeze({});

/** In the place of the threshold of a composite. */
const OF_COMPOSITES = -1;

/** What an entry, each trigger it meets, and each condition that fails usually take of Redis' time, in µs (measured). */
const ENTRY_US = 4;
const MATCH_US = 6;
const FAILURE_US = 1;

/** `budgetUs`: how long the chunk may keep Redis busy, about; `matched`: entries that were matched before, by id. */
export type ChunkOptions = Readonly<{ budgetUs?: number; matched?: ReadonlyMap<string, MatchedEntry> }>;

const NONE_MATCHED: ReadonlyMap<string, MatchedEntry> = new Map();

/** Puts consecutive entries of the log into one chunk: the first of them that fit into the budget, and at least one. */
export function chunkOf(
  entries: readonly Entry[],
  view: DefinitionsView,
  setAside: ReadonlyMap<string, SetAsideCause>,
  { budgetUs = Number.POSITIVE_INFINITY, matched = NONE_MATCHED }: ChunkOptions = {},
): Chunk {
  const triggers: ChunkTrigger[] = [];
  const indexes = new Map<TriggerNode, { index: number; keys: Map<string, number> }>();
  const documents: string[] = [];
  const digests: Digest[] = [];

  const match = (event: Event, interest: Interest): ChunkMatch => {
    const { node, arms, expects } = interest;
    const { trigger, key } = prepare(node);
    let known = indexes.get(node);
    if (known === undefined) {
      known = { index: triggers.push({ ...trigger, keys: [] }), keys: new Map() };
      indexes.set(node, known);
    }
    const { index, keys } = known;
    const text = key(event);
    let at = keys.get(text);
    if (at === undefined) {
      at = keys.size;
      keys.set(text, at);
      triggers[index - 1]?.keys.push(text);
    }
    return { trigger: index, key: at, arms, expects, ...partTwo(interest) };
  };

  const one = (entry: Entry): ChunkEntry => {
    const cause = setAside.get(entry.id);
    if (cause) return { entry: entry.id, rejected: cause.reason, error: cause.error, attempts: cause.attempts };
    const found = matched.get(entry.id) ?? matchEntry(entry, view);
    if (found.kind === 'rejected') return { entry: entry.id, rejected: found.reason };
    if (found.kind === 'ignored') return { entry: entry.id, skip: 'ignored' };
    const { event, own, waits, claims, interests, whereErrors } = found;
    const leader = waits && event.follows !== null && event.follows !== event.id ? event.follows : null;
    return {
      entry: entry.id,
      id: event.id,
      digest: digests.push(digestOf(rememberedAs(event, waits, entry))),
      t: effectiveTime(event),
      occurred: event.occurred,
      received: event.received,
      own,
      fresh: waits,
      ...(claims !== null && { claims }),
      ...(leader === null ? {} : { follows: leader, leader: digests.push(digestOf(leader)) }),
      ...(interests.length > 0 || leader !== null
        ? { document: documents.push(JSON.stringify(eventDocument(event))) }
        : {}),
      matches: interests.map((interest) => match(event, interest)),
      ...(whereErrors !== undefined && { whereErrors: [...whereErrors] }),
    };
  };

  const taken: ChunkEntry[] = [];
  let busyUs = 0;
  for (const entry of entries) {
    if (busyUs >= budgetUs) break;
    const next = timed(one(entry), entry);
    taken.push(next);
    busyUs += ENTRY_US;
    if ('matches' in next) busyUs += next.matches.length * MATCH_US + (next.whereErrors?.length ?? 0) * FAILURE_US;
  }
  return { generation: view.generation, triggers, entries: taken, documents, digests };
}

/** With the time that stands for that of its id, if there is one. */
function timed(chunkEntry: ChunkEntry, entry: Entry): ChunkEntry {
  const at = timeOf(entry);
  return at === null ? chunkEntry : { ...chunkEntry, at };
}
