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

/** Firings among which the nearest one to an expectation is looked for: more than a person compares. */
const NEAREST_LIMIT = 100;

/** Holds what came against what is expected. Each firing meets one expectation at most, in whichever order they stand. */
export function compare(expected: readonly Expectation[], came: readonly Came[], allowOther: boolean): Mismatch {
  const fits = expected.map((one) =>
    came.map((firing) => isOf(one, firing) && differencesOf(one, firing).length === 0),
  );
  const takenBy = pairs(fits);
  const met = new Set(takenBy.values());
  const free = new Set([...came.keys()].filter((i) => !takenBy.has(i)));
  const missing = [...expected.entries()].flatMap(([place, one]): Missing[] => {
    if (met.has(place)) return [];
    const candidates = [...free].flatMap((i) => {
      const firing = came[i];
      return firing && isOf(one, firing) ? [{ i, firing }] : [];
    });
    const compared = candidates.slice(0, NEAREST_LIMIT).map((candidate) => ({
      ...candidate,
      differences: differencesOf(one, candidate.firing),
    }));
    const [nearest] = compared.sort((a, b) => a.differences.length - b.differences.length);
    if (nearest === undefined) return [{ place, expected: one, nearest: null, differences: [] }];
    free.delete(nearest.i);
    return [{ place, expected: one, nearest: nearest.firing, differences: nearest.differences }];
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
  // Where many are alike each finds a free one at once; only what finds none has others give way.
  const left = [...fits.entries()].flatMap(([expectation, row]) => {
    const free = row.findIndex((fit, firing) => fit && !takenBy.has(firing));
    if (free === -1) return [expectation];
    takenBy.set(free, expectation);
    return [];
  });
  for (const expectation of left) place(expectation, new Set());
  return takenBy;
}

function isOf({ automation }: Expectation, { firing, name }: Came): boolean {
  return firing.automation === automation || name === automation;
}

export function stateOf({ state }: Firing): Expectation['state'] {
  return state === 'Triggered' ? 'triggered' : 'resolved';
}

function differencesOf(expected: Expectation, came: Came): KeyDifference[] {
  const { firing, jobs } = came;
  const found: KeyDifference[] = [];
  const differs = (key: string, wanted: string | number | null, got: string | number | null | undefined): void => {
    if (wanted !== got)
      found.push({ key, expected: JSON.stringify(wanted), got: got === undefined ? 'none' : JSON.stringify(got) });
  };
  differs('state', expected.state, stateOf(firing));
  for (const [name, value] of Object.entries(expected.labels ?? {}))
    differs(`labels.${name}`, value, firing.labels[name]);
  if (expected.event !== undefined) differs('event', expected.event, firing.event?.event ?? null);
  if (expected.triggeredMs !== undefined && expected.triggeredMs !== came.triggeredMs) {
    differs('triggered', durationInWords(expected.triggeredMs), durationInWords(came.triggeredMs));
  }
  if (expected.reminder !== undefined) differs('reminder', expected.reminder, firing.reminder);
  if (expected.events_counted !== undefined) differs('events_counted', expected.events_counted, firing.counted);
  if (expected.jobs !== undefined && !areJobs(expected.jobs, jobs)) {
    found.push({ key: 'jobs', expected: expected.jobs.map(expectedJobText).join(', ') || 'none', got: jobsText(jobs) });
  }
  return found;
}

/** Jobs as they are told: `billing/remind, …`; `*` for what may be anything. */
export function jobsText(jobs: readonly Pick<ExpectedJob, 'queue' | 'name'>[]): string {
  return jobs.map(({ queue = '*', name = '*' }) => `${queue}/${name}`).join(', ') || 'none';
}

function expectedJobText(job: ExpectedJob): string {
  const { data } = job;
  return `${jobsText([job])}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`;
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
