import type { Chunk, ChunkEntry, ChunkMatch, ChunkTrigger } from './steps/apply.ts';

/** A chunk as lua/include/wire.lua reads it: lists instead of objects. What nothing can need is left out. */
export function wireOf({ generation, triggers, entries }: Chunk): string {
  return JSON.stringify({
    generation,
    triggers: triggers.map(wireTrigger),
    entries: entries.map((entry) => wireEntry(entry, triggers)),
  });
}

const wireTrigger = (t: ChunkTrigger): unknown[] => [
  t.name,
  t.posture,
  t.threshold,
  t.within,
  t.after,
  t.standing,
  t.keyed,
  t.rooted,
];

function wireEntry(entry: ChunkEntry, triggers: readonly ChunkTrigger[]): unknown[] {
  if ('skip' in entry) return [entry.entry, entry.skip];
  if ('rejected' in entry) {
    const { rejected, error, attempts } = entry;
    return attempts === undefined
      ? [entry.entry, 'rejected', rejected]
      : [entry.entry, 'rejected', rejected, error ?? '', attempts];
  }
  const origin = entry.own ? 'own' : entry.fresh ? '' : 'released';
  const at = Number.parseInt(entry.entry, 10);
  const sent: unknown[] = [entry.entry, '', entry.digest, entry.t - at, entry.received - at, origin, entry.id];
  if (entry.document === undefined) return sent;
  sent.push(entry.document, byAutomation(entry.matches, triggers));
  if (entry.follows !== undefined) sent.push(entry.follows, entry.leader, entry.occurred);
  return sent;
}

/** Matches come ordered by automation; each automation's are one flat list. */
function byAutomation(matches: readonly ChunkMatch[], triggers: readonly ChunkTrigger[]): unknown[][] {
  const groups: unknown[][] = [];
  let last: string | undefined;
  for (const { trigger, key, arms, expects } of matches) {
    const automation = triggers[trigger - 1]?.automation;
    if (automation !== last || groups.length === 0) groups.push([]);
    last = automation;
    groups.at(-1)?.push(trigger, key, arms, expects);
  }
  return groups;
}
