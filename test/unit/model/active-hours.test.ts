import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import type { ActiveHoursDocument as ActiveHours } from '../../../src/documents/given.ts';
import { activeFrom, activeHours, DAYS } from '../../../src/model/active-hours.ts';
import { check } from '../../../src/model/issue.ts';

const at = (iso: string): number => Date.parse(iso);
const said = (ms: number): string => new Date(ms).toISOString().replace('.000', '');

/** Hours, a moment, and the moment from which they are active. */
type Row = [hours: ActiveHours, moment: string, from: string];

describe('active hours', () => {
  const office: ActiveHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' };
  const night: ActiveHours = { days: ['fri'], from: '22:00', to: '06:00' };

  // 2026-03-02 is a Monday.
  test.each<Row>([
    [office, '2026-03-02T08:59:59.999Z', '2026-03-02T09:00:00Z'],
    [office, '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z'],
    [office, '2026-03-02T16:59:59.999Z', '2026-03-02T16:59:59.999Z'],
    [office, '2026-03-02T17:00:00Z', '2026-03-03T09:00:00Z'],
    [office, '2026-03-06T17:00:00Z', '2026-03-09T09:00:00Z'],
    [office, '2026-03-08T12:00:00Z', '2026-03-09T09:00:00Z'],
    [{ days: ['mon'] }, '2026-03-02T23:59:59.999Z', '2026-03-02T23:59:59.999Z'],
    [{ days: ['mon'] }, '2026-03-03T00:00:00Z', '2026-03-09T00:00:00Z'],
    [{ from: '09:00' }, '2026-03-02T08:00:00Z', '2026-03-02T09:00:00Z'],
    [{ to: '09:00' }, '2026-03-02T09:00:00Z', '2026-03-03T00:00:00Z'],
    [{}, '2026-03-02T03:00:00Z', '2026-03-02T03:00:00Z'],
  ])('%j at %s: from %s', (hours, moment, from) => {
    expect(said(activeFrom(hours, at(moment)))).toBe(from);
  });

  test.each<Row>([
    [night, '2026-03-06T21:59:00Z', '2026-03-06T22:00:00Z'],
    [night, '2026-03-06T23:30:00Z', '2026-03-06T23:30:00Z'],
    [night, '2026-03-07T05:59:59.999Z', '2026-03-07T05:59:59.999Z'],
    [night, '2026-03-07T06:00:00Z', '2026-03-13T22:00:00Z'],
    [night, '2026-03-06T05:00:00Z', '2026-03-06T22:00:00Z'],
    [night, '2026-03-07T22:30:00Z', '2026-03-13T22:00:00Z'],
  ])('across midnight the day is that of the start: %j at %s: from %s', (hours, moment, from) => {
    expect(said(activeFrom(hours, at(moment)))).toBe(from);
  });

  const berlin = (hours: ActiveHours): ActiveHours => ({ ...hours, timezone: 'Europe/Berlin' });

  test.each<Row>([
    // Winter is UTC+1, summer UTC+2; clocks go forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    [berlin({ from: '09:00', to: '17:00' }), '2026-03-28T17:00:00Z', '2026-03-29T07:00:00Z'],
    [berlin({ from: '09:00', to: '17:00' }), '2026-10-24T17:00:00Z', '2026-10-25T08:00:00Z'],
    // The hour is skipped: active from the moment at which the clock shows a time behind its beginning.
    [berlin({ from: '02:30', to: '04:00' }), '2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z'],
    // All of it is skipped: the next day.
    [berlin({ from: '02:15', to: '02:45' }), '2026-03-29T00:00:00Z', '2026-03-30T00:15:00Z'],
    [berlin({ days: ['sun'], from: '02:15', to: '02:45' }), '2026-03-29T00:00:00Z', '2026-04-05T00:15:00Z'],
    // The hour comes twice, and is active twice.
    [berlin({ from: '02:15', to: '02:45' }), '2026-10-25T00:00:00Z', '2026-10-25T00:15:00Z'],
    [berlin({ from: '02:15', to: '02:45' }), '2026-10-25T00:45:00Z', '2026-10-25T01:15:00Z'],
    [berlin({ from: '02:15', to: '02:45' }), '2026-10-25T01:45:00Z', '2026-10-26T01:15:00Z'],
    // The clock goes back into the hours.
    [berlin({ from: '01:30', to: '02:30' }), '2026-10-25T00:45:00Z', '2026-10-25T01:00:00Z'],
    [berlin({ days: ['sat'], from: '22:00', to: '02:30' }), '2026-10-25T00:40:00Z', '2026-10-25T01:00:00Z'],
    // A night of 23 and one of 25 hours.
    [berlin({ days: ['sat'], from: '22:00', to: '06:00' }), '2026-03-29T03:59:00Z', '2026-03-29T03:59:00Z'],
    [berlin({ days: ['sat'], from: '22:00', to: '06:00' }), '2026-03-29T04:00:00Z', '2026-04-04T20:00:00Z'],
    [berlin({ days: ['sat'], from: '22:00', to: '06:00' }), '2026-10-25T04:59:00Z', '2026-10-25T04:59:00Z'],
    // Half an hour, and a zone with an odd offset.
    [{ from: '02:10', to: '02:20', timezone: 'Australia/Lord_Howe' }, '2026-10-03T15:25:00Z', '2026-10-04T15:10:00Z'],
    [{ from: '09:00', to: '10:00', timezone: 'Asia/Kathmandu' }, '2026-03-02T00:00:00Z', '2026-03-02T03:15:00Z'],
    // A day that never was: Samoa crossed the date line.
    [{ days: ['fri'], timezone: 'Pacific/Apia' }, '2011-12-30T09:00:00Z', '2012-01-05T10:00:00Z'],
  ])('%j at %s: from %s', (hours, moment, from) => {
    expect(said(activeFrom(hours, at(moment)))).toBe(from);
  });

  test('the answer is the first minute that the wall shows as active, around every change of a year', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
    const given: ActiveHours[] = [
      { from: '01:30', to: '02:30' },
      { from: '23:15', to: '02:10', days: ['sat', 'sun'] },
      { from: '02:20', to: '02:25' },
    ];
    for (const timezone of zones) {
      const changes = changesOf(timezone);
      for (const hours of given) {
        for (const start of changes) {
          for (let ms = start - 3 * 3_600_000; ms < start + 3 * 3_600_000; ms += 37 * 60_000) {
            expect(activeFrom({ ...hours, timezone }, ms), `${timezone} ${JSON.stringify(hours)} ${said(ms)}`).toBe(
              firstMinute({ ...hours, timezone }, ms),
            );
          }
        }
      }
    }
  });
});

/** Moments of 2026 at which clocks change, to the hour. */
function changesOf(zone: string): number[] {
  const hours = Array.from({ length: 365 * 24 }, (_, i) => at('2026-01-01T00:00:00Z') + i * 3_600_000);
  return hours.filter((ms, i) => i > 0 && offset(zone, ms) !== offset(zone, hours[i - 1] ?? ms));
}

const offset = (zone: string, ms: number): number => DateTime.fromMillis(ms, { zone }).offset;

/** The same by looking at the wall, minute by minute. */
function firstMinute({ days = DAYS, from = '00:00', to = '24:00', timezone = 'UTC' }: ActiveHours, ms: number): number {
  for (let now = ms; ; now = (Math.floor(now / 60_000) + 1) * 60_000) {
    const wall = DateTime.fromMillis(now, { zone: timezone });
    const time = wall.toFormat('HH:mm');
    const on = (back: number): boolean => days.includes(DAYS[(wall.weekday - back + 7) % 7] ?? 'sun');
    if (from < to ? time >= from && time < to && on(0) : (time >= from && on(0)) || (time < to && on(1))) return now;
  }
}

describe('active hours as they are written', () => {
  test.each([
    [{ days: ['monday'] }, 'active.days[0]: must be one of mon, tue, wed, thu, fri, sat, sun'],
    [{ days: [] }, 'active.days: must name at least one day'],
    [{ days: 'mon' }, 'active.days: must be a list of days'],
    [{ from: '9:00' }, 'active.from: must be a time from "00:00" to "23:59"'],
    [{ from: '24:00' }, 'active.from: must be a time from "00:00" to "23:59"'],
    [{ to: '24:01' }, 'active.to: must be a time from "00:00" to "24:00"'],
    [{ to: 900 }, 'active.to: must be a time from "00:00" to "24:00"'],
    [{ from: '09:00', to: '09:00' }, 'active.to: must differ from "from"'],
    [{ timezone: 'Berlin' }, 'active.timezone: must be a time zone such as "Europe/Berlin"'],
    [{ outside: 'wait' }, 'active.outside: must be "hold" or "drop"'],
    [{ until: '09:00' }, 'active.until: unknown key'],
    ['always', 'active: must be an object'],
  ])('%j: %s', (hours, problem) => {
    expect(() => check(activeHours, hours, 'active')).toThrow(problem);
  });
});
