import { z } from 'zod';
import type { HistoryMinute } from '../inspect/history.ts';
import type { Automation } from '../model/automation.ts';
import { notedByMinute } from '../redis/delivery-records.ts';
import type { Desk } from './desk.ts';
import { type Route, route } from './route.ts';
import { duration, listOf, time } from './shapes.ts';

/** How long what is asked by all pages is given to all who ask. */
const STATUS_MS = 1_000;
const LIST_MS = 2_000;
const FIRINGS_MS = 5_000;
const FINDINGS_MS = 30_000;

/** Firings of the ledger that are looked at for when an automation fired last. */
const LAST_FIRINGS = 500;
const MINUTES = 60;
const MINUTE_MS = 60_000;

const workerShape = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  generation: z.number(),
  seenMsAgo: duration,
  paused: listOf(z.object({ queue: z.string(), why: z.string() })),
});

export const statusShape = z.object({
  now: time,
  position: z.string(),
  entries: z.number().describe('Entries kept in the log'),
  behind: z.number().nullable().describe('Entries that are not applied; null where Redis cannot tell'),
  waitingMs: duration.describe('How long the oldest entry that is not applied waits'),
  lagMs: duration.describe('How much the events themselves run behind'),
  generation: z.number(),
  automations: z.number(),
  windows: z.number(),
  nextDeadline: time.nullable(),
  firings: z.number(),
  unrelayed: z.number().nullable().describe('Firings that are not in their queues yet'),
  parked: z.number(),
  dead: z.number().describe('Dead letters'),
  lost: z.number(),
  counters: z.record(z.string(), z.number()).describe('What became of entries, since the beginning'),
  whereErrors: z
    .record(z.string(), z.number())
    .describe('Events about which a condition could not be answered, since the beginning, by the ids of automations'),
  sources: listOf(
    z.object({
      name: z.string(),
      events: z.number(),
      letters: z.number(),
      lost: z.number(),
      paused: time.nullable().describe('Since when'),
      seen: time.nullable().describe('When a program looked at it last'),
      behind: z.number().nullable(),
      waitsMs: duration,
      error: z.string().nullable(),
    }),
  ),
  memory: z.object({ used: z.number(), limit: z.number(), ratio: z.number() }),
  workers: listOf(workerShape),
  partitions: z.number().nullable(),
});

export const minutesShape = z.object({
  from: time.describe('Begin of the first minute'),
  step: duration,
  firings: listOf(z.number()),
  events: listOf(z.number()).describe('Events that took effect'),
  deliveries: listOf(z.number()).describe('Deliveries that were noted last in that minute, failed ones too'),
  failed: listOf(z.number()).describe('Those of them that failed for good'),
  byAutomation: z.record(z.string(), listOf(z.number())).describe('The same by the ids of automations'),
  last: z.record(z.string(), time).describe('When each of them fired last, as far as it is in this hour'),
});

/** One look at the engine; all who ask within a second get the same. */
export async function statusOf({ kept, watchfire }: Desk): Promise<z.input<typeof statusShape>> {
  return await kept.of('status', STATUS_MS, async () => {
    const { due, memory, workers, partitions, sources, ...status } = await watchfire.status();
    return {
      ...{ now: status.now, position: status.position, entries: status.entries, behind: status.behind },
      ...{ waitingMs: status.waitingMs, lagMs: status.lagMs, generation: status.generation },
      ...{ automations: status.automations, firings: status.firings, unrelayed: status.unrelayed },
      ...{ parked: status.parked, dead: status.dead, lost: status.lost, counters: status.counters },
      whereErrors: status.whereErrors,
      windows: due.windows,
      nextDeadline: due.next,
      memory: { used: memory.used, limit: memory.limit, ratio: memory.ratio },
      workers,
      sources: sources.map(({ name, events, letters, lost, pausedMs, note }) => ({
        ...{ name, events, letters, lost, paused: pausedMs, seen: note?.atMs ?? null },
        ...{ behind: note?.behind ?? null, waitsMs: note?.waitsMs ?? 0, error: note?.error ?? null },
      })),
      partitions: partitions?.count ?? null,
    };
  });
}

/** The definitions; all who ask within two seconds get the same. */
export async function definitions({ kept, watchfire }: Desk): Promise<readonly Automation[]> {
  return await kept.of('definitions', LIST_MS, () => watchfire.list());
}

/** The last hour as workers count it. */
export async function hourOf({ kept, watchfire }: Desk): Promise<readonly HistoryMinute[]> {
  return await kept.of('hour', FIRINGS_MS, () => watchfire.history({ minutes: MINUTES }));
}

/** Events and firings of the last hour by minutes, as workers count them; when automations fired last, by the ledger. */
export async function firingMinutes(desk: Desk): Promise<z.input<typeof minutesShape>> {
  const { kept, watchfire } = desk;
  return await kept.of('minutes', FIRINGS_MS, async () => {
    const [minutes, { firings }] = await Promise.all([hourOf(desk), watchfire.firings({ limit: LAST_FIRINGS })]);
    const { redis } = watchfire.connections;
    const noted = await notedByMinute(
      redis,
      watchfire.store,
      minutes.map(({ at }) => at),
      MINUTE_MS,
    );
    const byAutomation = new Map<string, number[]>();
    const last = new Map<string, number>();
    for (const [at, minute] of minutes.entries()) {
      for (const [id, words] of Object.entries(minute.firings)) {
        const own = byAutomation.get(id) ?? new Array<number>(minutes.length).fill(0);
        byAutomation.set(id, own);
        own[at] = sumOf(words);
        // To the minute, where the ledger is not looked at as far back.
        if (sumOf(words) > 0) last.set(id, minute.at);
      }
    }
    for (const { firing } of firings) last.set(firing.automation, firing.decided);
    return {
      from: minutes[0]?.at ?? 0,
      step: MINUTE_MS,
      firings: minutes.map(({ firings: all }) => Object.values(all).reduce((sum, words) => sum + sumOf(words), 0)),
      events: minutes.map(({ events }) => events.applied ?? 0),
      deliveries: noted.map(({ all }) => all),
      failed: noted.map(({ failed }) => failed),
      byAutomation: Object.fromEntries(byAutomation),
      last: Object.fromEntries(last),
    };
  });
}

function sumOf(words: Readonly<Record<string, number>>): number {
  return Object.values(words).reduce((sum, count) => sum + count, 0);
}

export const findingsShape = z.object({
  checked: time,
  checks: listOf(
    z.object({ name: z.string(), grade: z.enum(['ok', 'warning', 'bad']), found: z.string(), advice: z.string() }),
  ),
});

export const OVERVIEW: readonly Route[] = [
  route({
    path: '/api/status',
    topic: 'overview',
    summary: 'How the engine is: how far, what waits, which workers live',
    answer: statusShape,
    run: async (desk) => await statusOf(desk),
  }),
  route({
    path: '/api/minutes',
    topic: 'overview',
    summary: 'Events and firings of the last hour, by minutes',
    answer: minutesShape,
    run: async (desk) => await firingMinutes(desk),
  }),
  route({
    path: '/api/findings',
    topic: 'overview',
    summary: 'What needs attention, as `watchfire doctor` finds it; looked for twice a minute at most',
    answer: findingsShape,
    run: async ({ kept, watchfire }) =>
      await kept.of('findings', FINDINGS_MS, async () => {
        const checks = await watchfire.diagnose();
        return { checked: await watchfire.serverTimeMs(), checks };
      }),
  }),
];
