import { hash } from 'node:crypto';
import { compileKey, encodeKey } from '../match/key.ts';
import { isStanding, type TriggerNode } from '../match/plan.ts';
import type { Interest } from '../match/trigger-index.ts';
import { type Event, effectiveTime, eventDocument } from '../model/event.ts';
import type { Entry } from '../model/intake.ts';
import type { Chunk, ChunkEntry, ChunkMatch, ChunkTrigger } from '../redis/wire.ts';
import type { DefinitionsView } from './loaded-definitions.ts';
import { type MatchedEntry, matchEntry } from './match-entry.ts';
import type { SetAsideCause } from './poison.ts';

/** Base64 characters of an id's digest: 96 bits, so that no two of some billion ids are ever taken for one another. */
const DIGEST_LENGTH = 16;

/** What the seen memory keeps of an event id. */
export function digestOf(eventId: string): string {
  return hash('sha1', eventId, 'base64url').slice(0, DIGEST_LENGTH);
}

/** The parts of a node that every match of it needs; worked out once for a definition. */
type Prepared = { trigger: ChunkTrigger; key: (event: Event) => string };

const prepared = new WeakMap<TriggerNode, Prepared>();

function prepare(node: TriggerNode): Prepared {
  const known = prepared.get(node);
  if (known) return known;
  const { trigger } = node;
  if (trigger.type !== 'event') throw new TypeError(`a composite is never matched: ${node.name}`);
  const values = compileKey(trigger.forEach);
  const fresh: Prepared = {
    trigger: {
      name: node.name,
      automation: node.automationId,
      posture: trigger.posture,
      threshold: trigger.threshold,
      within: trigger.withinMs,
      after: trigger.after.length > 0,
      standing: isStanding(trigger),
      keyed: trigger.forEach.length > 0,
      rooted: node.parent === null,
    },
    key: (event) => encodeKey(values(event)),
  };
  prepared.set(node, fresh);
  return fresh;
}

/** What an entry, and each trigger it meets, usually takes of Redis' time, in µs (measured). */
const ENTRY_US = 4;
const MATCH_US = 6;

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
  const indexes = new Map<TriggerNode, number>();
  const documents: string[] = [];

  const match = (event: Event, { node, arms, expects }: Interest): ChunkMatch => {
    const { trigger, key } = prepare(node);
    let index = indexes.get(node);
    if (index === undefined) {
      index = triggers.push(trigger);
      indexes.set(node, index);
    }
    return { trigger: index, key: key(event), arms, expects };
  };

  const one = (entry: Entry): ChunkEntry => {
    const cause = setAside.get(entry.id);
    if (cause) return { entry: entry.id, rejected: cause.reason, error: cause.error, attempts: cause.attempts };
    const found = matched.get(entry.id) ?? matchEntry(entry, view);
    if (found.kind === 'rejected') return { entry: entry.id, rejected: found.reason };
    if (found.kind === 'ignored') return { entry: entry.id, skip: 'ignored' };
    const { event, own, waits, interests } = found;
    const leader = waits && event.follows !== null && event.follows !== event.id ? event.follows : null;
    return {
      entry: entry.id,
      id: event.id,
      digest: digestOf(event.id),
      t: effectiveTime(event),
      occurred: event.occurred,
      received: event.received,
      own,
      fresh: waits,
      ...(leader === null ? {} : { follows: leader, leader: digestOf(leader) }),
      ...(interests.length > 0 || leader !== null
        ? { document: documents.push(JSON.stringify(eventDocument(event))) }
        : {}),
      matches: interests.map((interest) => match(event, interest)),
    };
  };

  const taken: ChunkEntry[] = [];
  let busyUs = 0;
  for (const entry of entries) {
    if (busyUs >= budgetUs) break;
    const next = one(entry);
    taken.push(next);
    busyUs += ENTRY_US + ('matches' in next ? next.matches.length * MATCH_US : 0);
  }
  return { generation: view.generation, triggers, entries: taken, documents };
}
