import { compileKey, encodeKey } from '../match/key.ts';
import { kindOf, type TriggerNode } from '../match/plan.ts';
import type { Interest } from '../match/trigger-index.ts';
import { type Event, effectiveTime, eventDocument } from '../model/event.ts';
import { type Entry, rememberedAs, sourceMovesOf, timeOf } from '../model/intake.ts';
import type { Chunk, ChunkEntry, ChunkMatch, ChunkTrigger, EventEntry } from '../redis/wire.ts';
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

/** Adds what rules 17 make of an event at a trigger; nothing of most. */
function addPartTwo(match: ChunkMatch, { resets, resolves, noValue, value }: Interest): ChunkMatch {
  if (resets) match.resets = resets;
  if (resolves) match.resolves = resolves;
  if (noValue) match.noValue = noValue;
  if (value !== undefined) match.value = typeof value === 'number' ? String(value) : encodeKey([value]);
  return match;
}

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
  const indexes = new Map<TriggerNode, { index: number; keys: Map<string, number>; key: Prepared['key'] }>();
  const documents: string[] = [];
  const digests: Digest[] = [];

  const match = (event: Event, interest: Interest): ChunkMatch => {
    const { node, arms, expects } = interest;
    let known = indexes.get(node);
    if (known === undefined) {
      const { trigger, key } = prepare(node);
      known = { index: triggers.push({ ...trigger, keys: [] }), keys: new Map(), key };
      indexes.set(node, known);
    }
    const { index, keys } = known;
    const text = known.key(event);
    let at = keys.get(text);
    if (at === undefined) {
      at = keys.size;
      keys.set(text, at);
      triggers[index - 1]?.keys.push(text);
    }
    return addPartTwo({ trigger: index, key: at, arms, expects }, interest);
  };

  const one = (entry: Entry): ChunkEntry => {
    const cause = setAside.get(entry.id);
    if (cause) return { entry: entry.id, rejected: cause.reason, error: cause.error, attempts: cause.attempts };
    const found = matched.get(entry.id) ?? matchEntry(entry, view);
    if (found.kind === 'rejected' && found.mark) return { entry: entry.id, skip: 'marked' };
    if (found.kind === 'rejected') return { entry: entry.id, rejected: found.reason };
    if (found.kind === 'ignored') return { entry: entry.id, skip: 'ignored' };
    const { event, own, waits, claims, interests, whereErrors } = found;
    const leader = waits && event.follows !== null && event.follows !== event.id ? event.follows : null;
    const made: EventEntry = {
      entry: entry.id,
      id: event.id,
      digest: digests.push(digestOf(rememberedAs(event, waits, entry, view.origin))),
      t: effectiveTime(event),
      occurred: event.occurred,
      received: event.received,
      own,
      fresh: waits,
      matches: interests.map((interest) => match(event, interest)),
    };
    // Few have any of these, and objects are filled faster than copied.
    if (claims !== null) made.claims = claims;
    if (leader !== null) {
      made.follows = leader;
      made.leader = digests.push(digestOf(leader));
    }
    if (interests.length > 0 || leader !== null) made.document = documents.push(JSON.stringify(eventDocument(event)));
    if (whereErrors !== undefined) made.whereErrors = [...whereErrors];
    if (event.traceparent !== undefined) made.trace = event.traceparent;
    return made;
  };

  const taken: ChunkEntry[] = [];
  let busyUs = 0;
  for (const entry of entries) {
    if (busyUs >= budgetUs) break;
    const next = withFeed(timed(one(entry), entry), entry);
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

/** With what it says of the sources of its log, if it does. */
function withFeed(chunkEntry: ChunkEntry, entry: Entry): ChunkEntry {
  const moves = sourceMovesOf(entry);
  return moves.length === 0 ? chunkEntry : { ...chunkEntry, moves };
}
