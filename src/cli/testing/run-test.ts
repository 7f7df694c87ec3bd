import { InvalidDocument } from '../../errors.ts';
import type { QueueJob } from '../../relay/jobs.ts';
import type { Scratch } from '../../simulation/scratch.ts';
import { TestEngine, type TestOutcome } from '../../simulation/test-engine.ts';
import { sentenceOf } from '../view/output.ts';
import { durationInWords } from '../view/words.ts';
import { type Came, compare, type Mismatch } from './expectation.ts';
import type { ReadyStep, ReadyTest } from './test-file.ts';

/** A step that brought something else than it should; `number` from 1. `refused`: why jobs could not be made. */
export type FailedStep = Mismatch & Readonly<{ number: number; step: ReadyStep; refused: readonly string[] }>;

/** How a test went. `error`: why it could not go on. */
export type TestReport = Readonly<{
  test: ReadyTest;
  tookMs: number;
  failures: readonly FailedStep[];
  error: string | null;
  /** What the automations of the failures made of the events, in lines for people. */
  story: readonly string[];
}>;

/** Events of the story of a failed test, the last ones. */
const STORY_LIMIT = 30;

/**
 * Runs a test on an engine of its own, under a name that no other has; what it leaves is removed by the caller.
 * @param mostDeadlines as of a TestEngine
 */
export async function runTest(
  scratch: Scratch,
  name: string,
  test: ReadyTest,
  signal: AbortSignal,
  mostDeadlines?: number,
): Promise<TestReport> {
  const begin = performance.now();
  const engine = new TestEngine(scratch, name, test.startMs, async () => undefined, mostDeadlines);
  const failures: FailedStep[] = [];
  let error: string | null = null;
  let story: readonly string[] = [];
  try {
    await engine.putParsed(test.automations);
    for (const [i, step] of test.steps.entries()) {
      signal.throwIfAborted();
      const failure = await runStep(engine, test, step);
      if (failure) failures.push({ ...failure, number: i + 1, step });
    }
    story = await storyOf(engine, failures, test);
  } catch (thrown) {
    if (!(thrown instanceof InvalidDocument)) throw thrown;
    error = sentenceOf(thrown);
  } finally {
    await engine.close();
  }
  return { test, tookMs: performance.now() - begin, failures, error, story };
}

async function runStep(
  engine: TestEngine,
  test: ReadyTest,
  step: ReadyStep,
): Promise<Omit<FailedStep, 'number' | 'step'> | null> {
  await engine.at(step.atMs / 1_000);
  await engine.putParsed(step.put);
  for (const id of step.delete) await engine.delete(id);
  if (step.events.length > 0) await engine.send(...step.events);
  const came = cameOf(await engine.settled(), test.startMs);
  const refused = came.flatMap(({ jobs }) => jobs.flatMap(refusalOf));
  const mismatch = compare(step.expect, came, step.allowOther);
  if (mismatch.missing.length + mismatch.unexpected.length + refused.length === 0) return null;
  return { ...mismatch, refused };
}

function cameOf({ firings, jobs }: TestOutcome, startMs: number): Came[] {
  const byFiring = Map.groupBy(jobs, ({ data }) => data.firing.id);
  return firings.map((firing) => ({
    firing,
    name: firing.name,
    triggeredMs: firing.triggered - startMs,
    jobs: byFiring.get(firing.id) ?? [],
  }));
}

function refusalOf({ queue, name, refusal }: QueueJob): string[] {
  return refusal === undefined ? [] : [`${queue}/${name}: ${refusal}`];
}

/** What the automations that the failures are about made of each event. */
async function storyOf(engine: TestEngine, failures: readonly Mismatch[], test: ReadyTest): Promise<string[]> {
  const all = [...test.automations, ...test.steps.flatMap(({ put }) => put)];
  const idOf = (text: string): string => all.find(({ id, name }) => id === text || name === text)?.id ?? text;
  const missing = failures.flatMap((failure) => failure.missing);
  const unexpected = failures.flatMap((failure) => failure.unexpected);
  const ids = new Set([
    ...missing.map(({ expected, nearest }) => nearest?.firing.automation ?? idOf(expected.automation)),
    ...unexpected.map(({ firing }) => firing.automation),
  ]);
  if (ids.size === 0) return [];
  const lines: string[] = [];
  const left = engine.events.length - STORY_LIMIT;
  if (left > 0) lines.push(`… ${left} events before`);
  for (const event of engine.events.slice(-STORY_LIMIT)) {
    const at = durationInWords(Math.max(0, Number.parseInt(event.entry, 10) - test.startMs));
    const made: string[] = [];
    for (const id of ids) made.push(...(await engine.explain(event, id)).map((words) => `    ${id}: ${words}`));
    lines.push(`${at}  ${event.event ?? event.entry} ${event.resource ?? ''}`.trimEnd(), ...made);
  }
  return lines;
}
