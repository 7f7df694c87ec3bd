import type { Automation } from '../model/automation.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import type { FiringEntry } from '../redis/ledger.ts';
import { readStanding } from '../redis/past.ts';
import { alertsThatDiffer } from './alerts.ts';
import { type CandidateLog, type CandidateOptions, playCandidates, playFile } from './candidates.ts';
import { type Difference, differenceOf, type Sameness, sameness } from './compare.ts';
import type { ExactFrom } from './exactness.ts';
import { entriesOf, type LiveEngine, ledgerOf, type Retained, readRetained } from './live.ts';
import { beginningMs } from './past.ts';
import type { ScratchPlace } from './player.ts';
import { RecordedReplay, type ReplayOptions, type ReplayProgress } from './recorded.ts';
import { automationIn, type OwnEntries } from './run.ts';
import { type ToldFiring, toldOf } from './told.ts';

/** The first so many firings stand there whole. */
export const WHOLE = 10;

export type BacktestOptions = Readonly<{
  /** Only entries since then, in ms. */
  sinceMs?: number;
  /** Automations in the place of those that were; without any all are replayed as they were. */
  candidates?: readonly Automation[];
  /** Events in the place of the log, one JSON object in each line. */
  lines?: AsyncIterable<string>;
  /** Compares candidates with the ledger. */
  against?: boolean;
  onProgress?: (progress: ReplayProgress) => void;
  signal?: AbortSignal;
}>;

/**
 * What a backtest has come to. `exact`: from where on each automation is what it was, by its id; null: nowhere in this log. `same`: without
 * candidates, how it compares with the ledger. `own`: the same of entries that the engine wrote into the log. Times in ms.
 */
export type Backtest = Readonly<{
  entries: number;
  fromMs: number | null;
  toMs: number;
  tookMs: number;
  refused: number;
  firings: readonly ToldFiring[];
  first: readonly Firing[];
  exact: ReadonlyMap<string, ExactFrom>;
  /** How many keys are not compared, since their alert came of what is older than the log. */
  doubtful: number;
  complete: boolean;
  /** Entries of the log that were erased. The replay lacks them: an automation that met one is compared again from where it no longer matters. */
  erased: number;
  same: Sameness | null;
  own: OwnEntries | null;
  difference: Difference | null;
}>;

/** Gathers what fires. */
class Gathered {
  readonly told: ToldFiring[] = [];
  readonly first: Firing[] = [];

  readonly fired = (firings: readonly FiringEntry[]): void => {
    for (const firing of firings) {
      this.told.push(toldOf(firing));
      if (this.first.length < WHOLE) this.first.push(parseFiring(firing[1]));
    }
  };

  /** What is known of a replay before anything is compared. */
  get outcome(): Pick<Backtest, 'firings' | 'first' | 'refused' | 'doubtful' | 'same' | 'own' | 'difference'> {
    const { told: firings, first } = this;
    return { firings, first, refused: 0, doubtful: 0, same: null, own: null, difference: null };
  }
}

/**
 * Replays the retained log of an engine, or a file of events, in virtual time at `place`, and tells what fires. Neither the state of the
 * engine nor any queue is touched: of it is only read.
 */
export async function backtest(
  live: LiveEngine,
  place: ScratchPlace,
  options: BacktestOptions = {},
): Promise<Backtest> {
  const { candidates, lines, sinceMs, against = false, ...heard } = options;
  if (lines !== undefined) return await fileBacktest(live, place, lines, options);
  const retained = await readRetained(live, sinceMs);
  if (candidates === undefined) return await recordedBacktest(live, retained, place, heard);
  const log = {
    retained,
    pages: entriesOf(live, retained.first, retained.to, retained.past.erased),
    origin: live.store.origin,
  };
  const found = await candidateBacktest(log, candidates, place, heard);
  if (!against) return found;
  return { ...found, difference: differenceOf(found.firings, await ledgerOfThese(live, retained, candidates)) };
}

/** Without partitions also where the namespace has them: a file has one log. */
export async function fileBacktest(
  live: LiveEngine,
  place: ScratchPlace,
  lines: AsyncIterable<string>,
  { candidates, ...heard }: BacktestOptions,
): Promise<Backtest> {
  const startedMs = performance.now();
  const gathered = new Gathered();
  const automations = candidates ?? (await standingAutomations(live));
  const played = await playFile(lines, automations, place, { ...heard, fired: gathered.fired });
  return {
    ...gathered.outcome,
    ...played,
    exact: new Map(),
    complete: true,
    erased: 0,
    tookMs: performance.now() - startedMs,
  };
}

/** With other automations; `difference` stays null. */
export async function candidateBacktest(
  log: CandidateLog,
  candidates: readonly Automation[],
  place: ScratchPlace,
  heard: CandidateOptions,
): Promise<Backtest> {
  const startedMs = performance.now();
  const gathered = new Gathered();
  const played = await playCandidates(log, candidates, place, { ...heard, fired: gathered.fired });
  return { ...gathered.outcome, ...spanOf(log.retained), ...played, tookMs: performance.now() - startedMs };
}

/** With the automations as they were, and the ledger beside it. */
export async function recordedBacktest(
  live: LiveEngine,
  retained: Retained,
  place: ScratchPlace,
  heard: ReplayOptions,
): Promise<Backtest> {
  const startedMs = performance.now();
  const gathered = new Gathered();
  const { standing, past } = retained;
  const recorded = await RecordedReplay.open(live, retained, place, { ...heard, fired: gathered.fired });
  await recorded.upTo(retained.to);
  await recorded.run.end();
  // What was said of firings that were erased is gone as well.
  const own = past.erased.size > 0 ? null : await recorded.own();
  const before = gathered.told.length;
  await recorded.player.settle(standing.nowMs);
  const ledger = await ledgerOf(live, retained, past.complete ? 0 : retained.frontMs);
  const { exact } = recorded;
  const doubtful = await alertsThatDiffer(live, retained, gathered.told, exact);
  const same = sameness(gathered.told, ledger, exact, doubtful, gathered.told.length - before);
  const { entries } = recorded.run;
  const compared = { exact, doubtful: doubtful.size, same, own };
  return { ...gathered.outcome, ...spanOf(retained), ...compared, entries, tookMs: performance.now() - startedMs };
}

function spanOf({ standing, past, first }: Retained): Pick<Backtest, 'fromMs' | 'toMs' | 'complete' | 'erased'> {
  return {
    fromMs: first === null ? null : beginningMs({ ...standing, first }),
    toMs: standing.nowMs,
    complete: past.complete,
    erased: past.erased.size,
  };
}

async function standingAutomations(live: LiveEngine): Promise<Automation[]> {
  const { automations } = await readStanding(live.connections.redis, live.store);
  return [...automations.values()].flatMap((stood) => automationIn(stood) ?? []);
}

/** The ledger of the automations that candidates stand for, since the log begins. */
export async function ledgerOfThese(
  live: LiveEngine,
  retained: Retained,
  candidates: readonly Automation[],
): Promise<ToldFiring[]> {
  const ids = new Set(candidates.map(({ id }) => id));
  const sinceMs = beginningMs({ ...retained.standing, first: retained.first });
  const ledger = await ledgerOf(live, retained, sinceMs);
  return ledger.filter(({ automation, triggered }) => ids.has(automation) && triggered >= sinceMs);
}
