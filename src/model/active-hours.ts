import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { ActiveHoursDocument } from '../documents/given.ts';
import { closed } from './issue.ts';

/** Names of days as people write them, in the order of Date#getUTCDay. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** A week and a day find every beginning, and one week more if a change of the clock skips the first one. */
const LOOK_AHEAD_DAYS = 15;

const day = `must be one of ${[...DAYS.slice(1), DAYS[0]].join(', ')}`;
const days = z.array(z.enum(DAYS, day), 'must be a list of days').min(1, 'must name at least one day');

function timeOfDay(latest: number): z.ZodType<string, string> {
  const form = `must be a time from "00:00" to "${latest === 1_440 ? '24:00' : '23:59'}"`;
  return z.string(form).refine((text) => (minutesOf(text) ?? Number.POSITIVE_INFINITY) <= latest, form);
}

/** When actions may go out, by the clock on a wall. */
export const activeHours = closed({
  days: days.optional().describe('Days on which the hours begin: mon, tue, wed, thu, fri, sat, sun; all of them'),
  from: timeOfDay(1_439).optional().describe('When they begin, as "09:00"; "00:00"'),
  to: timeOfDay(1_440).optional().describe('Before when they end; behind midnight where it is before `from`; "24:00"'),
  timezone: z
    .string('must be a time zone such as "Europe/Berlin"')
    .refine((name) => IANAZone.isValidZone(name), 'must be a time zone such as "Europe/Berlin"')
    .optional()
    .describe('Name of the time zone in the database of IANA; UTC'),
  outside: z
    .enum(['hold', 'drop'], 'must be "hold" or "drop"')
    .optional()
    .describe('What becomes of the others: hold keeps them until the hours begin, drop gives them up; hold'),
}).refine(({ from, to }) => from === undefined || from !== to, {
  error: 'must differ from "from"',
  path: ['to'],
  when: ({ value }) => typeof value === 'object' && value !== null,
});

/** Minutes since midnight; null for what is no time. */
function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** What stands on a calendar and a clock of the zone at some ms: local time as if it was UTC, in ms. */
type Wall = number;

/** One week of hours on a wall. */
class Hours {
  readonly #days: ReadonlySet<number>;
  readonly #fromMs: number;
  readonly #toMs: number;

  constructor({ days: named, from = '00:00', to = '24:00' }: ActiveHoursDocument) {
    this.#days = new Set((named ?? DAYS).map((name) => DAYS.indexOf(name)));
    this.#fromMs = (minutesOf(from) ?? 0) * MINUTE_MS;
    this.#toMs = (minutesOf(to) ?? 0) * MINUTE_MS;
  }

  /** Hours that cross midnight belong to the day on which they begin. */
  has(wall: Wall): boolean {
    const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
    const time = wall - midnight;
    if (this.#fromMs < this.#toMs) return time >= this.#fromMs && time < this.#toMs && this.#on(midnight);
    return (time >= this.#fromMs && this.#on(midnight)) || (time < this.#toMs && this.#on(midnight - DAY_MS));
  }

  /** The first beginning behind this moment. */
  next(wall: Wall): Wall {
    let begins = Math.floor(wall / DAY_MS) * DAY_MS + this.#fromMs;
    while (begins <= wall || !this.#on(begins)) begins += DAY_MS;
    return begins;
  }

  #on(wall: Wall): boolean {
    return this.#days.has(new Date(wall).getUTCDay());
  }
}

/**
 * When actions may go out: at this moment, or the first one behind it (ms since 1970). What the clock on the wall shows decides, so an hour
 * that a change of the clock repeats is active twice, and one that is skipped never.
 */
export function activeFrom(hours: ActiveHoursDocument, atMs: number): number {
  const zone = IANAZone.create(hours.timezone ?? 'UTC');
  const offsetAt = (ms: number): number => zone.offset(ms) * MINUTE_MS;
  const week = new Hours(hours);
  let fromMs = atMs;
  for (let looked = 0; looked < LOOK_AHEAD_DAYS; looked += 1) {
    // Between two changes of the clock a wall runs as the time does.
    const offset = offsetAt(fromMs);
    if (week.has(fromMs + offset)) return fromMs;
    const changeMs = firstOther(offsetAt, fromMs, fromMs + DAY_MS);
    const beginsMs = week.next(fromMs + offset) - offset;
    if (beginsMs < changeMs) return beginsMs;
    fromMs = changeMs;
  }
  return fromMs;
}

/** The first ms up to `untilMs` at which the offset is another than at `fromMs`; `untilMs` when there is none. */
function firstOther(offsetAt: (ms: number) => number, fromMs: number, untilMs: number): number {
  const offset = offsetAt(fromMs);
  if (offsetAt(untilMs) === offset) return untilMs;
  let [same, other] = [fromMs, untilMs];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}
