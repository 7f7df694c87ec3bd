import { compareText } from '../match/key.ts';
import type { Attendance } from '../redis/attendance.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Dropped } from './dropped.ts';
import type { FoundFirings, Recorded } from './firings.ts';
import type { FoundParked } from './parked.ts';
import { idIn, type PartAnswer, partOfId } from './parts.ts';
import { fullOf, type QuotaUse } from './quota.ts';
import type { EngineStatus } from './status.ts';
import type { FoundWindows, Window } from './windows.ts';

/*
 * What several partitions answer, as one answer: in the order of (time, partition, id). Of a namespace without partitions it is the
 * answer itself.
 */

/** The only answer, where there are no partitions. */
function only<T>(answers: readonly PartAnswer<T>[]): T | null {
  const [first] = answers;
  return first?.part === '' ? first.found : null;
}

/** Entries of streams, each under its id and its partition, by (time of the id, partition, id). */
export function compareIds(a: string, b: string): number {
  const [one, other] = [partOfId(a), partOfId(b)];
  const [oneMs = 0, oneSequence = 0] = one.id.split('-').map(Number);
  const [otherMs = 0, otherSequence = 0] = other.id.split('-').map(Number);
  return oneMs - otherMs || rank(one.part) - rank(other.part) || oneSequence - otherSequence;
}

/** The global partition comes last. */
function rank(part: string): number {
  return part === 'g' ? Number.POSITIVE_INFINITY : Number(part);
}

export function recordedIn(part: string, { entry, firing }: Recorded): Recorded {
  return { entry: idIn(part, entry), firing };
}

export function mergedFirings(answers: readonly PartAnswer<FoundFirings>[], limit: number): FoundFirings {
  const alone = only(answers);
  if (alone !== null) return alone;
  const all = answers.flatMap(({ part, found }) => found.firings.map((recorded) => recordedIn(part, recorded)));
  const searched = answers.map(({ found }) => found.searched ?? 0).reduce((a, b) => a + b, 0);
  return {
    firings: all.sort((a, b) => compareIds(a.entry, b.entry)).slice(-limit),
    end: answers.map(({ part, found }) => idIn(part, found.end)).join(' '),
    searched: searched === 0 ? null : searched,
  };
}

export function mergedWindows(answers: readonly PartAnswer<FoundWindows>[], limit: number): FoundWindows {
  const alone = only(answers);
  if (alone !== null) return alone;
  const windows = answers.flatMap(({ found }) => found.windows).sort((a, b) => wakes(a) - wakes(b));
  return { windows: windows.slice(0, limit), total: sum(answers, ({ total }) => total) };
}

function wakes(one: Window): number {
  if (one.kind === 'composite') return Math.min(...one.children.map(({ keepUntil }) => keepUntil));
  return one.window?.due ?? one.alert?.until ?? 0;
}

export function mergedParked(answers: readonly PartAnswer<FoundParked>[], limit: number): FoundParked {
  const alone = only(answers);
  if (alone !== null) return alone;
  const events = answers.flatMap(({ found }) => found.events).sort((a, b) => a.since - b.since);
  return { events: events.slice(0, limit), total: sum(answers, ({ total }) => total) };
}

export function mergedLetters(answers: readonly PartAnswer<DeadLetter[]>[], limit: number): DeadLetter[] {
  const all = answers.flatMap(({ part, found }) => found.map((letter) => ({ ...letter, id: idIn(part, letter.id) })));
  return all.sort((a, b) => compareIds(a.id, b.id)).slice(-limit);
}

export function mergedDrops(answers: readonly PartAnswer<Dropped[]>[]): Dropped[] {
  const [first] = answers;
  return (first?.found ?? []).map((_, i) => {
    const each = answers.flatMap(({ found }) => found[i] ?? []);
    return {
      windows: each.reduce((all, { windows }) => all + windows, 0),
      alerts: each.reduce((all, { alerts }) => all + alerts, 0),
      more: each.some(({ more }) => more),
    };
  });
}

const WORST_FIRST: readonly Attendance[] = ['never', 'absent', 'attended'];

export function mergedAttendance(answers: readonly PartAnswer<Attendance>[]): Attendance {
  return WORST_FIRST.find((word) => answers.some(({ found }) => found === word)) ?? 'attended';
}

/** Quotas are those of each partition. */
export function mergedQuotas(answers: readonly PartAnswer<QuotaUse>[]): QuotaUse {
  const alone = only(answers);
  const [first] = answers;
  if (alone !== null || first === undefined) return alone as QuotaUse;
  const windows = new Map<string, number>();
  for (const { found } of answers)
    for (const one of found.automations) windows.set(one.id, (windows.get(one.id) ?? 0) + one.windows);
  const automations = [...windows].map(([id, count]) => ({ id, windows: count })).sort((a, b) => b.windows - a.windows);
  return {
    limits: first.found.limits,
    windows: sum(answers, (one) => one.windows),
    automations: automations.slice(0, first.found.automations.length),
    full: [...new Set(answers.flatMap(({ found }) => fullOf(found)))],
    refused: sum(answers, ({ refused }) => refused),
  };
}

/** The answer of the partition that waits longest, with the sums of all. */
export function mergedStatus(answers: readonly PartAnswer<EngineStatus>[]): EngineStatus {
  const alone = only(answers);
  const [slowest] = [...answers].sort((a, b) => b.found.waitingMs - a.found.waitingMs);
  if (alone !== null || slowest === undefined) return alone as EngineStatus;
  const all = answers.map(({ found }) => found);
  const next = all.flatMap(({ due }) => due.next ?? []);
  const unusable = answers.find(({ found }) => found.unusable !== null);
  const total = (read: (status: EngineStatus) => number): number => sum(answers, read);
  const known = (read: (status: EngineStatus) => number | null): number | null =>
    all.some((one) => read(one) === null) ? null : total((one) => read(one) ?? 0);
  return {
    ...slowest.found,
    now: Math.max(...all.map(({ now }) => now)),
    position: idIn(slowest.part, slowest.found.position),
    entries: total(({ entries }) => entries),
    behind: known(({ behind }) => behind),
    lagMs: Math.max(...all.map(({ lagMs }) => lagMs)),
    workers: [...new Map(all.flatMap(({ workers }) => workers).map((one) => [one.id, one])).values()],
    due: { windows: total(({ due }) => due.windows), next: next.length === 0 ? null : Math.min(...next) },
    firings: total(({ firings }) => firings),
    unrelayed: known(({ unrelayed }) => unrelayed),
    parked: total(({ parked }) => parked),
    dead: total(({ dead }) => dead),
    lost: total(({ lost }) => lost),
    counters: added(all.map(({ counters }) => counters)),
    whereErrors: added(all.map(({ whereErrors }) => whereErrors)),
    damage: all.flatMap(({ damage }) => damage).sort((a, b) => b.atMs - a.atMs),
    keptBy: all.find(({ keptBy }) => keptBy !== null)?.keptBy ?? null,
    unusable: unusable ? idIn(unusable.part, unusable.found.unusable ?? '') : null,
    clockBehindMs: Math.max(...all.map(({ clockBehindMs }) => clockBehindMs)),
  };
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const one of all) for (const [name, count] of Object.entries(one)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([a], [b]) => compareText(a, b)));
}

function sum<T>(answers: readonly PartAnswer<T>[], read: (found: T) => number): number {
  return answers.reduce((all, { found }) => all + read(found), 0);
}
