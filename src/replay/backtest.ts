import type { Automation } from '../model/automation.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import type { FiringEntry } from '../redis/ledger.ts';
import { readStanding } from '../redis/past.ts';
import { playCandidates, playFile } from './candidates.ts';
import { type Difference, differenceOf, type Sameness, sameness } from './compare.ts';
import type { ExactFrom } from './exactness.ts';
import { alertsAt, type LiveEngine, ledgerOf, type Retained, readRetained } from './live.ts';
import { beginningMs } from './past.ts';
import type { ScratchPlace } from './player.ts';
import { RecordedReplay, type ReplayProgress } from './recorded.ts';
import { automationIn, type OwnEntries } from './run.ts';
import { type ToldFiring, toldOf } from './told.ts';

/** The first so many firings stand there whole. */
const WHOLE = 10;

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
  /** How many keys are not compared, since they had an alert when the log began. */
  doubtful: number;
  complete: boolean;
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
  const startedMs = performance.now();
  const gathered = new Gathered();
  const took = (): number => performance.now() - startedMs;
  const play = { ...heard, fired: gathered.fired };
  const told = { firings: gathered.told, first: gathered.first, doubtful: 0, same: null, own: null, difference: null };
  if (lines !== undefined) {
    const automations = candidates ?? (await standingAutomations(live));
    const { entries, refused, fromMs, toMs } = await playFile(lines, automations, place, play);
    return { ...told, entries, refused, fromMs, toMs, tookMs: took(), exact: new Map(), complete: true };
  }
  const retained = await readRetained(live, sinceMs);
  const { standing, past, first } = retained;
  const span = {
    fromMs: first === null ? null : beginningMs({ ...standing, first }),
    toMs: standing.nowMs,
    complete: past.complete,
    refused: 0,
  };
  if (candidates !== undefined) {
    const { entries, exact } = await playCandidates(live, retained, candidates, place, play);
    const difference = against ? await compared(live, retained, candidates, gathered.told) : null;
    return { ...told, ...span, entries, exact, difference, tookMs: took() };
  }
  const recorded = await RecordedReplay.open(live, retained, place, play);
  await recorded.upTo(retained.to);
  await recorded.run.end();
  const own = await recorded.own();
  const before = gathered.told.length;
  await recorded.player.settle(standing.nowMs);
  const ledger = await ledgerOf(live, retained, past.complete ? 0 : retained.frontMs);
  const { exact } = recorded;
  const doubtful = await alertsAt(live, retained);
  const same = sameness(gathered.told, ledger, exact, doubtful, gathered.told.length - before);
  const { entries } = recorded.run;
  return { ...told, ...span, entries, exact, doubtful: doubtful.size, same, own, tookMs: took() };
}

async function standingAutomations(live: LiveEngine): Promise<Automation[]> {
  const { automations } = await readStanding(live.connections.redis, live.store);
  return [...automations.values()].flatMap((stood) => automationIn(stood) ?? []);
}

/** The ledger of the automations that candidates stand for, since the log begins. */
async function compared(
  live: LiveEngine,
  retained: Retained,
  candidates: readonly Automation[],
  told: readonly ToldFiring[],
): Promise<Difference> {
  const ids = new Set(candidates.map(({ id }) => id));
  const sinceMs = beginningMs({ ...retained.standing, first: retained.first });
  const ledger = await ledgerOf(live, retained, sinceMs);
  return differenceOf(
    told,
    ledger.filter(({ automation, triggered }) => ids.has(automation) && triggered >= sinceMs),
  );
}
