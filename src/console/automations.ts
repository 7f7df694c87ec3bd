import { z } from 'zod';
import { allActions } from '../model/action.ts';
import { namesOf } from '../model/pattern.ts';
import { patternsOf, type Trigger } from '../model/trigger.ts';
import type { Desk } from './desk.ts';
import { definitions, firingMinutes, hourOf, statusOf } from './overview.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route, textIn, wholeIn } from './route.ts';
import { anyObject, DONE, done, duration, firingShape, labels, listOf, time, windowShape } from './shapes.ts';
import { firingTold, windowTold } from './told.ts';
import { exampleShape, examples } from './unanswered.ts';
import { wordsOf } from './words.ts';

/** How long the list of automations is given to all who ask. */
const LIST_MS = 2_000;

/** Lanes of a picture: as many as a person scrolls through. */
const LANES = 200;
const DAY_MS = 86_400_000;

/** How far back a picture goes where nobody says: so many windows of the automation lie beside each other in it. */
const WINDOWS_SHOWN = 3;
/** A shorter picture moves too fast to follow; for a longer one the log is seldom read far enough back. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = DAY_MS;
/** Of one without `within`. */
const HOUR_MS = 3_600_000;

const summaryShape = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  shadow: z.boolean(),
  posture: z.string().nullable(),
  trigger: z.string().describe('In words'),
  actions: z.string().describe('In words'),
  windows: z.number().describe('Keys that hold state: a window, an alert, or how long they are quiet'),
  firings: z.number().describe('Of the last hour'),
  minutes: listOf(z.number()).describe('The same by minutes'),
  lastFiring: time.nullable().describe('null: not within the last hour'),
  whereErrors: z.number().describe('Events about which a condition could not be answered'),
});

export const laneShape = z.object({
  path: z.string(),
  labels,
  window: windowShape.nullable(),
  ticks: listOf(
    z.object({
      at: time,
      entry: z.string(),
      id: z.string(),
      event: z.string(),
      role: z.enum(['arms', 'expected', 'resets', 'resolves', 'empties']),
    }),
  ),
  firings: listOf(firingShape),
});

export const listShape = z.object({ total: z.number(), automations: listOf(summaryShape) });

export const automationShape = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  shadow: z.boolean(),
  trigger: z.string().describe('In words'),
  forEach: listOf(z.string()).describe('Labels that make a key'),
  events: listOf(z.string()).describe('Names, or patterns of names, of events that it waits for: the first of them'),
  document: anyObject,
  text: z.string().describe('The document as YAML'),
  revisions: listOf(z.object({ revision: z.number(), text: z.string() })).describe(
    'The newest first, that of now among them',
  ),
  whereErrors: z.number().describe('Events about which a condition could not be answered'),
  example: exampleShape.nullable().describe('The newest of those events, where one is found'),
  words: z
    .record(z.string(), z.number())
    .describe('What its triggers made of events within the last hour (rules 17.13)'),
});

export const lanesShape = z.object({
  now: time,
  from: time,
  usual: duration.describe(
    'How far back it goes where nobody says: three windows, a minute at least and a day at most',
  ),
  total: z.number().describe('Keys that hold state: a window, an alert, or how long they are quiet'),
  counted: z.number().describe('Of these, how many were looked at for the next two numbers'),
  windows: z.number().describe('Keys with an open window'),
  alerts: z.number().describe('Keys with an alert, which may have a window too'),
  looked: z.number().describe('Entries of the log that were looked at for events'),
  since: time.nullable().describe('Events before are not drawn; null: the log holds none'),
  within: duration.nullable(),
  cooldown: duration.nullable(),
  lanes: listOf(laneShape),
});

/** Names of events that are told of one automation: more than anybody looks for. */
const NAMES = 6;

function namesIn(trigger: Trigger): string[] {
  const all = trigger.type === 'event' ? patternsOf(trigger).flatMap(namesOf) : trigger.triggers.flatMap(namesIn);
  return [...new Set(all)].filter((name) => !name.startsWith('!')).slice(0, NAMES);
}

async function summaries(desk: Desk): Promise<z.input<typeof summaryShape>[]> {
  const { kept, watchfire, tools } = desk;
  return await kept.of('automations', LIST_MS, async () => {
    const [automations, counts, minutes, { whereErrors }] = await Promise.all([
      definitions(desk),
      watchfire.windowCounts(),
      firingMinutes(desk),
      statusOf(desk),
    ]);
    return automations.map((automation) => {
      const { id, name, enabled, trigger } = automation;
      const own = minutes.byAutomation[id] ?? [];
      return {
        ...{ id, name, enabled, shadow: automation.mode === 'shadow' },
        posture: trigger.type === 'event' ? trigger.posture : null,
        trigger: tools.triggerInWords(trigger),
        actions: tools.actionsInWords(allActions(automation)),
        windows: counts.get(id) ?? 0,
        firings: own.reduce((sum, count) => sum + count, 0),
        minutes: own,
        lastFiring: minutes.last[id] ?? null,
        whereErrors: whereErrors[id] ?? 0,
      };
    });
  });
}

export const AUTOMATIONS: readonly Route[] = [
  route({
    path: '/api/automations',
    topic: 'automations',
    summary: 'All automations, a page of them, ordered by name',
    query: z.object({ q: textIn, start: wholeIn(0, 1_000_000, 0), limit: wholeIn(1, 500, 100) }),
    answer: listShape,
    run: async (desk, { query: { q = '', start, limit } }) => {
      const wanted = q.toLowerCase();
      const all = (await summaries(desk)).filter(({ id, name }) => `${name}\n${id}`.toLowerCase().includes(wanted));
      return { total: all.length, automations: all.slice(start, start + limit) };
    },
  }),
  route({
    path: '/api/automations/{id}',
    topic: 'automations',
    summary: 'One automation: its document, and earlier ones that are kept',
    answer: automationShape,
    run: async (desk, { path }) => {
      const { watchfire, tools } = desk;
      const automation = await watchfire.get(path.id ?? '');
      const { id, name, enabled, trigger, document } = automation;
      const [revisions, whereErrors, hour] = await Promise.all([
        watchfire.revisions(id),
        watchfire.whereErrors(id),
        hourOf(desk),
      ]);
      return {
        ...{ id, name, enabled, shadow: automation.mode === 'shadow' },
        trigger: tools.triggerInWords(trigger),
        forEach: trigger.forEach,
        events: namesIn(trigger),
        document: { ...document },
        text: tools.text(document),
        revisions: revisions.map(({ revision, document: then }) => ({ revision, text: tools.text(then) })),
        whereErrors,
        example: whereErrors === 0 ? null : ((await examples(desk)).get(id) ?? null),
        words: Object.fromEntries(wordsOf(hour).get(id)?.counts ?? []),
      };
    },
  }),
  route({
    path: '/api/automations/{id}/lanes',
    topic: 'automations',
    summary: 'Keys of an automation on an axis of time: windows, events, firings',
    query: z.object({
      limit: wholeIn(1, LANES, 40),
      spanMs: wholeIn(0, DAY_MS, 0).describe('How far back, in ms; 0: as far as is usual for the automation'),
    }),
    answer: lanesShape,
    run: async (desk, { path, query: { limit, spanMs } }) => await lanes(desk, path.id ?? '', limit, spanMs),
  }),
  route({
    path: '/api/windows',
    topic: 'automations',
    summary: 'Open windows, those that are looked at soonest first',
    query: z.object({ automation: textIn, limit: wholeIn(1, 500, 100) }),
    answer: z.object({ total: z.number(), windows: listOf(windowShape) }),
    run: async ({ watchfire }, { query: { automation, limit } }) => {
      const found = await watchfire.windows({ limit, ...(automation !== undefined && { automation }) });
      return { total: found.total, windows: found.windows.map(windowTold) };
    },
  }),
  route({
    method: 'POST',
    path: '/api/automations/{id}/{act}',
    topic: 'automations',
    summary: 'Switches an automation: act is enable, disable, shadow, promote or delete',
    changes: true,
    answer: done,
    run: async ({ watchfire }, { path: { id = '', act = '' } }) => {
      if (act === 'enable') await watchfire.enable(id);
      else if (act === 'disable') await watchfire.disable(id);
      else if (act === 'shadow') await watchfire.setMode(id, 'shadow');
      else if (act === 'promote') await watchfire.setMode(id, 'live');
      else if (act === 'delete') await watchfire.delete(id);
      else throw new ConsoleRefusal(404, 'there is no such act');
      return DONE;
    },
  }),
];

/** How far back a picture of windows of that length goes. */
export function usualSpan(withinMs: number): number {
  return withinMs === 0 ? HOUR_MS : Math.max(SHORTEST_MS, Math.min(WINDOWS_SHOWN * withinMs, LONGEST_MS));
}

async function lanes({ kept, watchfire }: Desk, name: string, limit: number, spanMs: number) {
  const { id, trigger } = await watchfire.get(name);
  return await kept.of(`lanes ${limit} ${spanMs} ${id}`, LIST_MS, async () => {
    const now = await watchfire.serverTimeMs();
    const usual = usualSpan(trigger.withinMs || 0);
    const from = now - (spanMs || usual);
    const found = await watchfire.lanes(id, { limit, sinceMs: from });
    if (found === null) throw new ConsoleRefusal(404, `there is no automation ${id}`);
    return {
      ...{ now, from, usual, total: found.total, looked: found.looked, since: found.sinceMs },
      ...{ counted: found.counted, windows: found.windows, alerts: found.alerts },
      within: trigger.withinMs || null,
      cooldown: trigger.type === 'event' ? (trigger.cooldownMs ?? null) : null,
      lanes: found.lanes.map(({ path, labels, window, ticks, firings }) => ({
        ...{ path, labels, ticks },
        window: window && windowTold(window),
        firings: firings.map(firingTold),
      })),
    };
  });
}
