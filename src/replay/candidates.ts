import type { Automation } from '../model/automation.ts';
import type { Entry } from '../model/intake.ts';
import { isRecord } from '../model/record.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { isAfter } from '../redis/log.ts';
import { CandidateRun } from './candidate-run.ts';
import { type ExactFrom, Exactness } from './exactness.ts';
import type { Retained } from './live.ts';
import { beginningMs } from './past.ts';
import { Player, type ScratchPlace } from './player.ts';
import type { ReplayOptions } from './recorded.ts';
import { firedBy } from './run.ts';

/** A log that candidates are tried on. `origin`: the partition that it is of; '' for none. */
export type CandidateLog = Readonly<{ retained: Retained; pages: AsyncIterable<readonly Entry[]>; origin: string }>;

/** `tells`: gets what the candidates would have the engine write, which nothing else in this log hears. */
export type CandidateOptions = ReplayOptions & Readonly<{ tells?: (entries: readonly Entry[]) => void }>;

/** Replays a log with other automations. What the engine wrote then stands where it stood, but for what candidates say anew. */
export async function playCandidates(
  { retained, pages, origin }: CandidateLog,
  candidates: readonly Automation[],
  place: ScratchPlace,
  options: CandidateOptions,
): Promise<{ entries: number; exact: ReadonlyMap<string, ExactFrom> }> {
  const { past, first, standing, count } = retained;
  const exactness = new Exactness(retained);
  for (const candidate of candidates) exactness.stood(candidate);
  const ids = new Set(candidates.map(({ id }) => id));
  const player = new Player(
    { ...place, origin },
    {
      played: (played) => {
        exactness.played(played);
        options.played?.(played);
      },
      fired: (firings) => options.fired?.(firings),
      appended: (entries) => (options.tells ?? tells)(entries),
    },
    past,
  );
  // An event that waits comes back where it did.
  const run = new CandidateRun(
    player,
    (entry) => ids.has(firedBy(entry) ?? ''),
    (form) => form === 'firing',
  );
  const tells = (entries: readonly Entry[]): void => run.wrote(entries);
  const beginMs = beginningMs({ ...standing, first });
  await player.fedBy(retained.sources, beginMs);
  // What others hear of them has to stand at its time.
  await run.begin(candidates, past, beginMs, options.tells !== undefined);
  if (options.tells) await player.tellAll();
  const changes = past.changes.filter(({ kind }) => kind !== 'automation');
  let generation = candidates.length;
  for await (const page of pages) {
    options.signal?.throwIfAborted();
    let rest: readonly Entry[] = page;
    for (let [change] = changes; change !== undefined; [change] = changes) {
      const { position } = change;
      const next = rest.findIndex(({ id }) => isAfter(id, position));
      if (next === -1) break;
      await run.feed(rest.slice(0, next));
      rest = rest.slice(next);
      generation += 1;
      await run.change(change, generation);
      changes.shift();
    }
    await run.feed(rest);
    options.onProgress?.({ done: Math.min(run.entries, count), total: count });
  }
  await run.end(standing.nowMs);
  return { entries: run.entries, exact: exactness.found };
}

/** Where a file says no time before its first event: the year 2001. */
const EARLIEST_MS = 1_000_000_000_000;

/** Entries that are made of lines at a time. */
const PAGE = 200;

/** What became of a file. */
export type PlayedFile = Readonly<{ entries: number; refused: number; fromMs: number | null; toMs: number }>;

/**
 * Plays events of a file, each at its `received` or `occurred`, and never before the one above it. Nothing else is in this log, so what
 * the engine writes comes at once.
 */
export async function playFile(
  lines: AsyncIterable<string>,
  automations: readonly Automation[],
  place: ScratchPlace,
  { onProgress, signal, fired }: ReplayOptions,
): Promise<PlayedFile> {
  let refused = 0;
  const player = new Player(place, {
    played: ({ words }) => {
      refused += words.filter((word) => word === 'rejected').length;
    },
    fired: (firings) => fired?.(firings),
    appended: (entries) => run.wrote(entries),
  });
  const run = new CandidateRun(
    player,
    () => false,
    () => true,
  );
  let [fromMs, toMs] = [null as number | null, 0];
  let page: Entry[] = [];
  let [lastMs, sequence] = [EARLIEST_MS, -1];
  for await (const line of lines) {
    if (line.trim() === '') continue;
    signal?.throwIfAborted();
    const ms = Math.max(lastMs, timeIn(line) ?? 0);
    sequence = ms === lastMs ? sequence + 1 : 0;
    lastMs = ms;
    if (fromMs === null) {
      fromMs = ms;
      await run.begin(automations, { settings: {}, quotas: {} }, ms, true);
    }
    page.push({ id: `${ms}-${sequence}`, fields: ['data', line] });
    if (page.length < PAGE) continue;
    await run.feed(page);
    page = [];
    onProgress?.({ done: run.entries, total: run.entries });
  }
  await run.feed(page);
  toMs = lastMs;
  if (fromMs !== null) await run.end(toMs);
  return { entries: run.entries, refused, fromMs, toMs };
}

/** When an event came, in ms; null for what does not say so. */
function timeIn(line: string): number | null {
  try {
    const document: unknown = JSON.parse(line);
    if (!isRecord(document)) return null;
    const told = [document.received, document.occurred, document.time].find((one) => one !== undefined && one !== null);
    if (typeof told === 'number') return told < 1e11 ? told * 1_000 : told;
    return typeof told === 'string' ? (parseTimestamp(told) ?? null) : null;
  } catch {
    return null;
  }
}
