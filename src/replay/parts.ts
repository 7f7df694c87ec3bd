import { idIn, type Part, partsOf } from '../inspect/parts.ts';
import { isSpread } from '../match/placement.ts';
import type { Automation } from '../model/automation.ts';
import type { Entry } from '../model/intake.ts';
import { GLOBAL_PARTITION, type PartitionLayout } from '../model/partition.ts';
import {
  type Backtest,
  type BacktestOptions,
  backtest,
  candidateBacktest,
  fileBacktest,
  ledgerOfThese,
  recordedBacktest,
  WHOLE,
} from './backtest.ts';
import type { CandidateOptions } from './candidates.ts';
import { differenceOf, type Sameness } from './compare.ts';
import type { ExactFrom } from './exactness.ts';
import { entriesOf, type LiveEngine, type LiveNamespace, type PlaceFor, type Retained, readRetained } from './live.ts';
import { asItCame, mergedLog } from './merged-log.ts';
import type { ReplayProgress } from './recorded.ts';
import { firedBy } from './run.ts';

/** What there is to replay of one partition. */
type RetainedPart = Readonly<{ name: string; live: LiveEngine; retained: Retained }>;

/** One replay of several; `name`: of the partition whose log it is, '' for that of all. */
type PartRun = Readonly<{ name: string; run: (heard: CandidateOptions) => Promise<Backtest> }>;
type PartResult = Readonly<{ name: string; found: Backtest }>;

/** As `backtest`, of all partitions: of each what was recorded, and candidates where they would live. */
export async function backtestAll(
  live: LiveNamespace,
  placeFor: PlaceFor,
  options: BacktestOptions = {},
): Promise<Backtest> {
  const layout = await live.partitions();
  if (layout === null) return await backtest(live, placeFor(''), options);
  const { candidates, lines, sinceMs, against = false, ...heard } = options;
  if (lines !== undefined) return await fileBacktest(live, placeFor(''), lines, options);
  const parts = await Promise.all(partsOf(live.store, layout).map((part) => retainedPart(live, part, sinceMs)));
  const runs =
    candidates === undefined ? asRecorded(parts, placeFor) : ofCandidates(parts, layout, candidates, placeFor);
  const progress = progressOver(parts, heard.onProgress);
  const results: PartResult[] = [];
  for (const { name, run } of runs) {
    results.push({ name, found: await run({ ...heard, onProgress: progress.one }) });
    progress.next();
  }
  const found = mergedBacktest(parts, results);
  if (candidates === undefined || !against) return found;
  const ledgers = await Promise.all(parts.map((part) => ledgerOfThese(part.live, part.retained, candidates)));
  return { ...found, difference: differenceOf(found.firings, ledgers.flat()) };
}

function asRecorded(parts: readonly RetainedPart[], placeFor: PlaceFor): PartRun[] {
  return parts.map(({ name, live, retained }) => ({
    name,
    run: (heard) => recordedBacktest(live, retained, placeFor(name), heard),
  }));
}

/** Those that live on every partition on its log; the others on the logs of all, with what the former say there. */
function ofCandidates(
  parts: readonly RetainedPart[],
  { by }: PartitionLayout,
  candidates: readonly Automation[],
  placeFor: PlaceFor,
): PartRun[] {
  const [spread, global] = [true, false].map((here) =>
    candidates.filter(({ trigger }) => isSpread(trigger, by) === here),
  ) as [Automation[], Automation[]];
  const numbered = spread.length === 0 ? [] : parts.filter(({ name }) => name !== GLOBAL_PARTITION);
  const told = new Map<string, Entry[]>(numbered.map(({ name }) => [name, []]));
  const runs = numbered.map(({ name, live, retained }): PartRun => {
    const pages = entriesOf(live, retained.first, retained.to, retained.past.erased);
    const log = { retained, pages, origin: name };
    const tells = (entries: readonly Entry[]): void => void told.get(name)?.push(...entries);
    const more = global.length > 0 ? { tells } : {};
    return { name, run: (heard) => candidateBacktest(log, spread, placeFor(name), { ...heard, ...more }) };
  });
  if (global.length === 0) return runs;
  const run: PartRun['run'] = (heard) => {
    const pages = mergedLog([...logsWithout(parts, spread), ...[...told.values()].map(once)]);
    return candidateBacktest({ retained: asOne(parts), pages, origin: '' }, global, placeFor(GLOBAL_PARTITION), heard);
  };
  return [...runs, { name: '', run }];
}

async function retainedPart(
  { connections }: LiveEngine,
  { name, store }: Part,
  sinceMs: number | undefined,
): Promise<RetainedPart> {
  const live = { connections, store };
  return { name, live, retained: await readRetained(live, sinceMs) };
}

/** Makes the progress of one replay after the other that of all. */
function progressOver(
  parts: readonly RetainedPart[],
  tell: ((progress: ReplayProgress) => void) | undefined,
): { one: (progress: ReplayProgress) => void; next: () => void } {
  const total = parts.reduce((sum, { retained }) => sum + retained.count, 0);
  let [before, now] = [0, 0];
  return {
    one: ({ done }) => {
      now = done;
      tell?.({ done: before + done, total: Math.max(total, before + done) });
    },
    next: () => {
      [before, now] = [before + now, 0];
    },
  };
}

/** The logs of all partitions, of each entry once; what automations said of which candidates have taken the place is left out. */
function logsWithout(parts: readonly RetainedPart[], spread: readonly Automation[]): AsyncIterable<readonly Entry[]>[] {
  const ids = new Set(spread.map(({ id }) => id));
  return parts.map(async function* ({ live, retained: { first, to, past } }) {
    for await (const page of entriesOf(live, first, to, past.erased)) {
      yield page.flatMap((entry): Entry[] => {
        if (past.givenUp.has(entry.id) || ids.has(firedBy(entry) ?? '')) return [];
        const came = asItCame(entry);
        return came === null ? [] : [came];
      });
    }
  });
}

async function* once(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  yield entries;
}

/** What is retained of all partitions, with what was agreed in the global one. */
function asOne(parts: readonly RetainedPart[]): Retained {
  const all = parts.map(({ retained }) => retained);
  const [base] = all.slice(-1) as [Retained];
  const firsts = all.flatMap(({ first }) => first ?? []);
  const first = firsts.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))[0] ?? null;
  const complete = all.every(({ past }) => past.complete);
  return {
    ...base,
    standing: { ...base.standing, first, nowMs: Math.max(...all.map(({ standing }) => standing.nowMs)) },
    past: { ...base.past, complete, givenUp: new Map() },
    first,
    count: all.reduce((sum, { count }) => sum + count, 0),
    frontMs: Math.max(...all.map(({ frontMs }) => frontMs)),
    sources: [],
  };
}

/** What replays of several logs have come to; automations stand in the order of the partitions. */
function mergedBacktest(parts: readonly RetainedPart[], named: readonly PartResult[]): Backtest {
  const results = named.map(({ found }) => found);
  const sum = (read: (one: Backtest) => number): number => results.reduce((all, one) => all + read(one), 0);
  const begins = results.flatMap(({ fromMs }) => fromMs ?? []);
  const own = results.flatMap((one) => one.own ?? []);
  return {
    entries: sum(({ entries }) => entries),
    fromMs: begins.length > 0 ? Math.min(...begins) : null,
    toMs: Math.max(...parts.map(({ retained }) => retained.standing.nowMs)),
    tookMs: sum(({ tookMs }) => tookMs),
    refused: sum(({ refused }) => refused),
    firings: results.flatMap(({ firings }) => firings).sort((a, b) => a.triggered - b.triggered),
    first: results
      .flatMap(({ first }) => first)
      .sort((a, b) => a.triggered - b.triggered)
      .slice(0, WHOLE),
    exact: mergedExact(named),
    doubtful: sum(({ doubtful }) => doubtful),
    complete: results.every(({ complete }) => complete),
    erased: sum(({ erased }) => erased),
    same: mergedSameness(results.flatMap(({ same }) => same ?? [])),
    own: own.length === 0 ? null : ownOf(own),
    difference: null,
  };
}

function ownOf(all: readonly NonNullable<Backtest['own']>[]): NonNullable<Backtest['own']> {
  return {
    unexpected: all.reduce((sum, { unexpected }) => sum + unexpected, 0),
    lacking: all.reduce((sum, { lacking }) => sum + lacking, 0),
  };
}

function mergedSameness(all: readonly Sameness[]): Sameness | null {
  if (all.length === 0) return null;
  return {
    compared: all.reduce((sum, { compared }) => sum + compared, 0),
    extra: all.flatMap(({ extra }) => extra),
    missing: all.flatMap(({ missing }) => missing),
    misplaced: all.find(({ misplaced }) => misplaced !== null)?.misplaced ?? null,
  };
}

/** An automation is exact where it is so in every partition; one without entries says nothing of it. */
function mergedExact(results: readonly PartResult[]): Backtest['exact'] {
  const merged = new Map<string, ExactFrom>();
  for (const { name, found } of results) {
    for (const [id, from] of found.exact) {
      const known = merged.get(id);
      if (known === undefined || found.entries > 0) merged.set(id, later(known, from && placed(name, from)));
    }
  }
  return merged;
}

function placed(name: string, from: NonNullable<ExactFrom>): ExactFrom {
  return from.position === '0-0' ? from : { ...from, position: idIn(name, from.position) };
}

function later(known: ExactFrom | undefined, from: ExactFrom): ExactFrom {
  if (known === undefined) return from;
  if (known === null || from === null) return null;
  return from.ms > known.ms ? from : known;
}
