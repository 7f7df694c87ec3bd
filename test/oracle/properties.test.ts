import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { run } from '../cli/run.ts';
import { extent } from '../rigs/extent.ts';
import { PATIENCE_MS } from '../support/eventually.ts';
import {
  type History,
  histories,
  isExpected,
  type Kind,
  openers,
  overlooked,
  type Told,
  tell,
  timeOf,
  written,
} from './histories.ts';
import { type Answer, runScenario, type Scenario, type ScenarioFiring } from './scenario.ts';

const SEED = 20260302;

/** Histories of each kind; `npm run proof -- properties` lives through 20,000. */
const BY_MODEL = extent('runs', 200);
const BY_ENGINE = Math.max(40, Math.floor(BY_MODEL / 100));
const ONE_MS = 20;

const HALF_AN_HOUR = 1_800;
const MOST_REMEMBERED = 100;

type Answering = (scenarios: readonly Scenario[]) => Promise<Answer[]>;

const byModel: Answering = async (scenarios) => scenarios.map((scenario) => runScenario(scenario));

const byEngine: Answering = async (scenarios) => {
  const stdin = scenarios.map((scenario) => `${JSON.stringify(scenario)}\n`);
  const ran = await run(['simulate', '-', '--redis', inject('adminUrl')], { stdin });
  expect(ran.err).toEqual([]);
  return ran.out.map((line): Answer => JSON.parse(line));
};

async function answersTo(answer: Answering, told: readonly Told[]): Promise<ScenarioFiring[][]> {
  const answers = await answer(told.map(({ scenario }) => scenario));
  expect(answers.length).toBe(told.length);
  return answers.map((one) => {
    if ('invalid' in one) throw new Error(`a document is in error: ${one.invalid}`);
    return one.firings;
  });
}

const sides: { side: string; answer: Answering; runs: number }[] = [
  { side: 'the model', answer: byModel, runs: BY_MODEL },
  { side: 'the engine', answer: byEngine, runs: BY_ENGINE },
];

/** Rules 6, `early`: what is remembered for half an hour, of a key at most a hundred times. */
function isBeyondMemory(told: Told, firing: ScenarioFiring, seen: ReturnType<typeof overlooked>): boolean {
  const { kind, events } = told.history;
  const ofKey = events.filter((event) => event.key === firing.labels.id && isExpected(kind, event));
  if (ofKey.length > MOST_REMEMBERED) return true;
  const arming = openers(told, firing);
  return seen.every((event) => arming.every(({ arrival }) => Math.abs(arrival - event.arrival) >= HALF_AN_HOUR));
}

describe.each(sides)('$side', ({ answer, runs }) => {
  const timeout = runs * ONE_MS * 4 + 5 * PATIENCE_MS;

  test.each<Kind>(['after/expect', 'heartbeat', 'heartbeat with an end'])(
    'tells no absence whose expected event was there, in whatever order events come within half an hour: %s',
    { timeout },
    async (kind) => {
      const shape = {
        withins: [60, 300, 900, 1_800, 3_600, 14_400],
        gaps: [0, 5, 30, 60, 300, 900, 1_800],
        most: 40,
        mostDelays: [60, 600, HALF_AN_HOUR],
        thresholds: [1, 1, 1, 2, 3],
      };
      const samples = fc.sample(histories(kind, ['k', 'l'], shape), { seed: SEED, numRuns: runs });
      const told = samples.map((history) => tell(history, ({ arrival }) => arrival));
      const answers = await answersTo(answer, told);
      const wrong: string[] = [];
      const shares = new Map<number, { told: number; wrong: number }>();
      for (const [i, one] of told.entries()) {
        const { threshold } = one.history;
        const share = shares.get(threshold) ?? { told: 0, wrong: 0 };
        shares.set(threshold, share);
        for (const firing of answers[i] ?? []) {
          if (firing.state !== 'triggered') continue;
          share.told += 1;
          const seen = overlooked(one, firing);
          if (seen.length === 0) continue;
          share.wrong += 1;
          if (threshold === 1 && !isBeyondMemory(one, firing, seen)) wrong.push(written(one.history, answers[i] ?? []));
        }
      }
      const lines = [...shares]
        .sort(([a], [b]) => a - b)
        .map(([threshold, { told, wrong }]) => {
          return `${kind}, threshold ${threshold}: ${wrong} of ${told} absences told although enough was there`;
        });
      console.log(lines.join('\n'));
      expect(shares.get(1)?.told).toBeGreaterThan(runs / 2);
      expect(wrong).toEqual([]);
    },
  );

  test.each<Kind>(['after/expect', 'heartbeat', 'heartbeat with an end', 'standing'])(
    'ends with the same alert when events are up to a minute late as when they are not: %s',
    { timeout },
    async (kind) => {
      const shape = {
        withins: [10, 30, 60, 120, 300, 900],
        gaps: [0, 1, 2, 5, 10, 20, 30, 60, 120],
        most: 20,
        mostDelays: [5, 20, 60],
        thresholds: [1],
      };
      const samples = fc.sample(histories(kind, ['k'], shape), { seed: SEED, numRuns: runs });
      const inOrder = await answersTo(
        answer,
        samples.map((history) => tell(history, ({ t }) => t)),
      );
      const late = await answersTo(
        answer,
        samples.map((history) => tell(history, ({ arrival }) => arrival)),
      );
      const differ = samples.flatMap((history, i) => {
        const [due = [], given = []] = [inOrder[i], late[i]];
        return isOpen(due) === isOpen(given) ? [] : [{ history, due, given }];
      });
      const open = inOrder.filter(isOpen).length;
      console.log(`${kind}: ${differ.length} of ${runs} differ; ${open} end with an alert`);
      expect(open).toBeGreaterThan(runs / 10);
      const unexplained = differ.filter(({ history, given }) => !forgotArming(history, given));
      expect(unexplained.map(({ history, due, given }) => written(history, [...due, ...given]))).toEqual([]);
    },
  );
});

const isOpen = (firings: readonly ScenarioFiring[]): boolean => firings.at(-1)?.state === 'triggered';

/**
 * What rules 7.3 leave open: P10 looks at the `armed` of the window alone. An alert that took an arming event along is ended by an event
 * from before it, when a late arming event opened the window in between; the newer arming event is watched no more.
 */
function forgotArming(history: History, firings: readonly ScenarioFiring[]): boolean {
  const [alert, end] = firings.slice(-2);
  if (alert?.state !== 'triggered' || end?.state !== 'resolved') return false;
  return timeOf(history, alert.event) > timeOf(history, end.event);
}
