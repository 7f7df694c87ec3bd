/** What a trigger's rules need; sent once for a chunk. */
export type ChunkTrigger = {
  name: string;
  automation: string;
  posture: 'Reactive' | 'Proactive';
  threshold: number;
  within: number;
  after: boolean;
  standing: boolean;
  keyed: boolean;
  rooted: boolean;
};

/** An event meets a trigger: index into `triggers` from 1, and the encoded key. */
export type ChunkMatch = { trigger: number; key: string; arms: boolean; expects: boolean };

/** One entry of the log, ready to be applied; `skip` and `rejected` say why nothing else is there. */
export type ChunkEntry =
  | { entry: string; skip: string }
  /** `error` and `attempts`: of one that failed, not of one that breaks a rule. */
  | { entry: string; rejected: string; error?: string; attempts?: number }
  | {
      entry: string;
      id: string;
      digest: string;
      t: number;
      occurred: number;
      received: number;
      own: boolean;
      /** It came from outside and not out of the parked ones: a copy of a parked event, then, changes nothing. */
      fresh: boolean;
      /** The leader it waits for, when it may wait, with the digest of that id. */
      follows?: string;
      leader?: string;
      /** Index into the documents from 1; absent when nothing can need the document. */
      document?: number;
      matches: ChunkMatch[];
    };

/** Consecutive entries of the log, matched against one generation of the definitions. */
export type Chunk = { generation: string; triggers: ChunkTrigger[]; entries: ChunkEntry[]; documents: string[] };

/**
 * A chunk as lua/include/wire.lua reads it: the values of all entries in one list, each entry's after their number. Times count
 * from the first event's, and what nothing can need is left out.
 */
export function wireOf({ generation, triggers, entries }: Chunk): string {
  const first = entries.find(isEvent);
  const base = first ? arrivalOf(first.entry) : 0;
  const values: Value[] = [];
  for (const entry of entries) {
    const at = values.push(0) - 1;
    if (isEvent(entry)) putEvent(values, entry, base, triggers);
    else putOther(values, entry);
    values[at] = values.length - at;
  }
  return JSON.stringify({
    generation,
    base,
    triggers: triggers.flatMap(wireTrigger),
    ids: entries.map(({ entry }) => entry),
    values,
  });
}

type Value = string | number;
type EventEntry = Extract<ChunkEntry, { digest: string }>;

function isEvent(entry: ChunkEntry): entry is EventEntry {
  return 'digest' in entry;
}

const arrivalOf = (entryId: string): number => Number.parseInt(entryId, 10);

function wireTrigger(t: ChunkTrigger): Value[] {
  const flags = [t.posture === 'Proactive', t.after, t.standing, t.keyed, t.rooted];
  return [t.name, t.threshold, t.within, flags.reduce((sum, holds, i) => (holds ? sum + 2 ** i : sum), 0)];
}

function putOther(values: Value[], entry: Exclude<ChunkEntry, EventEntry>): void {
  if ('skip' in entry) {
    values.push(entry.skip);
    return;
  }
  values.push('rejected', entry.rejected);
  if (entry.attempts !== undefined) values.push(entry.error ?? '', entry.attempts);
}

function putEvent(values: Value[], entry: EventEntry, base: number, triggers: readonly ChunkTrigger[]): void {
  const at = arrivalOf(entry.entry);
  const plain = entry.fresh && !entry.own && entry.received === at && entry.follows === undefined;
  values.push(plain ? '' : '+', entry.digest, entry.id, at - base, entry.t - base);
  if (!plain) {
    const origin = entry.own ? 'own' : entry.fresh ? '' : 'released';
    values.push(entry.document ?? 0, entry.received - base, origin);
    values.push(entry.follows ?? '', entry.leader ?? '', entry.occurred);
  } else if (entry.document !== undefined) {
    values.push(entry.document);
  }
  putMatches(values, entry.matches, triggers);
}

/** Matches come ordered by automation; the last one of each is marked. */
function putMatches(values: Value[], matches: readonly ChunkMatch[], triggers: readonly ChunkTrigger[]): void {
  for (const [i, { trigger, key, arms, expects }] of matches.entries()) {
    const next = matches[i + 1];
    const last = !next || triggers[next.trigger - 1]?.automation !== triggers[trigger - 1]?.automation;
    values.push(trigger, key, (arms ? 1 : 0) + (expects ? 2 : 0) + (last ? 4 : 0));
  }
}
