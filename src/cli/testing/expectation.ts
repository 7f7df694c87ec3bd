import { isDeepStrictEqual } from 'node:util';
import type { Firing } from '../../model/firing.ts';
import { isRecord } from '../../model/record.ts';
import type { Expectation, ExpectedJob } from '../../model/test-file.ts';
import type { QueueJob } from '../../relay/jobs.ts';
import { durationInWords } from '../view/words.ts';

/** A firing that came, with its jobs; `triggeredMs` since the start of the test. */
export type Came = Readonly<{ firing: Firing; name: string; triggeredMs: number; jobs: readonly QueueJob[] }>;

/** In what a firing differs from what is expected. */
export type KeyDifference = Readonly<{ key: string; expected: string; got: string }>;

/** An expectation that no firing meets; `nearest`: the one of the same automation that differs least and is expected by nothing else. */
export type Missing = Readonly<{
  place: number;
  expected: Expectation;
  nearest: Came | null;
  differences: readonly KeyDifference[];
}>;

/** What a step brought that it should not have, or did not bring. */
export type Mismatch = Readonly<{ missing: readonly Missing[]; unexpected: readonly Came[] }>;

/** Holds what came against what is expected. Each firing meets one expectation at most, in whichever order they stand. */
export function compare(expected: readonly Expectation[], came: readonly Came[], allowOther: boolean): Mismatch {
  const fits = expected.map((one) => came.map((firing) => differencesOf(one, firing)));
  const takenBy = pairs(fits.map((row) => row.map((differences) => differences.length === 0)));
  const met = new Set(takenBy.values());
  const free = new Set([...came.keys()].filter((i) => !takenBy.has(i)));
  const missing = [...expected.entries()].flatMap(([place, one]): Missing[] => {
    if (met.has(place)) return [];
    const candidates = [...free].filter((i) => isOf(one, came[i]));
    const [nearest] = candidates.sort((a, b) => (fits[place]?.[a]?.length ?? 0) - (fits[place]?.[b]?.length ?? 0));
    if (nearest === undefined) return [{ place, expected: one, nearest: null, differences: [] }];
    free.delete(nearest);
    return [{ place, expected: one, nearest: came[nearest] ?? null, differences: fits[place]?.[nearest] ?? [] }];
  });
  return { missing, unexpected: allowOther ? [] : [...free].flatMap((i) => came[i] ?? []) };
}

/** Which expectation each firing meets, so that as many as possible are met: a firing gives way where it meets another one too. */
function pairs(fits: readonly (readonly boolean[])[]): Map<number, number> {
  const takenBy = new Map<number, number>();
  const place = (expectation: number, tried: Set<number>): boolean => {
    for (const [firing, fit] of (fits[expectation] ?? []).entries()) {
      if (!fit || tried.has(firing)) continue;
      tried.add(firing);
      const holder = takenBy.get(firing);
      if (holder !== undefined && !place(holder, tried)) continue;
      takenBy.set(firing, expectation);
      return true;
    }
    return false;
  };
  for (const expectation of fits.keys()) place(expectation, new Set());
  return takenBy;
}

function isOf({ automation }: Expectation, came: Came | undefined): boolean {
  return came !== undefined && (came.firing.automation === automation || came.name === automation);
}

export function stateOf({ state }: Firing): Expectation['state'] {
  return state === 'Triggered' ? 'triggered' : 'resolved';
}

function differencesOf(expected: Expectation, came: Came): KeyDifference[] {
  const { firing, jobs } = came;
  const found: KeyDifference[] = [];
  const differs = (key: string, wanted: unknown, got: unknown, show = JSON.stringify): void => {
    if (!isDeepStrictEqual(wanted, got))
      found.push({ key, expected: show(wanted) ?? 'none', got: show(got) ?? 'none' });
  };
  if (!isOf(expected, came)) differs('automation', expected.automation, firing.automation);
  differs('state', expected.state, stateOf(firing));
  for (const [name, value] of Object.entries(expected.labels ?? {}))
    differs(`labels.${name}`, value, firing.labels[name]);
  if (expected.event !== undefined) differs('event', expected.event, firing.event?.event ?? null);
  if (expected.triggeredMs !== undefined) {
    differs('triggered', durationInWords(expected.triggeredMs), durationInWords(came.triggeredMs));
  }
  if (expected.reminder !== undefined) differs('reminder', expected.reminder, firing.reminder);
  if (expected.events_counted !== undefined) differs('events_counted', expected.events_counted, firing.counted);
  if (expected.jobs !== undefined && !areJobs(expected.jobs, jobs)) {
    found.push({ key: 'jobs', expected: expected.jobs.map(expectedJobText).join(', ') || 'none', got: jobsText(jobs) });
  }
  return found;
}

/** The jobs of a firing as they are told: `billing/remind, …`. */
export function jobsText(jobs: readonly QueueJob[]): string {
  return jobs.map(({ queue, name }) => `${queue}/${name}`).join(', ') || 'none';
}

function expectedJobText({ queue = '*', name = '*', data }: ExpectedJob): string {
  return `${queue}/${name}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`;
}

function areJobs(expected: readonly ExpectedJob[], jobs: readonly QueueJob[]): boolean {
  if (expected.length !== jobs.length) return false;
  return pairs(expected.map((one) => jobs.map((job) => isJob(one, job)))).size === jobs.length;
}

function isJob({ queue, name, data }: ExpectedJob, job: QueueJob): boolean {
  if (queue !== undefined && queue !== job.queue) return false;
  if (name !== undefined && name !== job.name) return false;
  return data === undefined || holds(job.data.data ?? {}, data);
}

/** Whether a value is the expected one, or an object that holds its keys with such values. */
function holds(value: unknown, expected: unknown): boolean {
  if (!isRecord(expected)) return isDeepStrictEqual(value, expected);
  return isRecord(value) && Object.entries(expected).every(([key, inner]) => holds(value[key], inner));
}
