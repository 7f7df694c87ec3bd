import { z } from 'zod';
import type { AutomationDocument } from '../documents/given.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { schemas } from '../model/json-schema.ts';
import type { Backtest } from '../replay/backtest.ts';
import { backtestAll } from '../replay/parts.ts';
import { placeOf } from '../replay/player.ts';
import type { ReplayProgress } from '../replay/recorded.ts';
import type { ToldFiring } from '../replay/told.ts';
import type { Desk, TextDraft } from './desk.ts';
import { definitions } from './overview.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route } from './route.ts';
import { anyObject, duration, labels, listOf, problemShape, time } from './shapes.ts';

/** Longest text of automations, in characters: all that is written by hand is shorter, and it is read anew as somebody types. */
const TEXT_LIMIT = 100_000;

/** Firings that are drawn: more would be one bar. The others are counted. */
const DRAWN = 4_000;

const HOUR_MS = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR_MS;

const text = z.string().max(TEXT_LIMIT).describe('YAML or JSON, as for `watchfire apply`');

export const draftShape = z.object({
  problems: listOf(problemShape),
  changes: listOf(
    z.object({
      change: z.enum(['created', 'updated', 'unchanged']),
      id: z.string(),
      name: z.string(),
      keys: listOf(z.string()),
      trigger: z.string().describe('In words'),
      drops: z.object({ windows: z.number(), alerts: z.number() }).nullable(),
    }),
  ),
});

const toldShape = z.object({
  automation: z.string(),
  labels,
  state: z.string(),
  triggered: time,
  fate: z
    .enum(['same', 'new', 'gone', 'moved'])
    .describe('Beside what is live: the same, fires anew, or not any more, or at another time'),
  was: time.nullable().describe('Of one that moved: when it is live'),
});

export const backtestShape = z.object({
  entries: z.number(),
  from: time.nullable(),
  to: time,
  tookMs: duration,
  counts: z.object({ same: z.number(), new: z.number(), gone: z.number(), moved: z.number() }),
  firings: listOf(toldShape),
  drawn: z.boolean().describe(`false: there are more than ${DRAWN}, of which the oldest are left out`),
  exactFrom: time.nullable().describe('From when on it is exact; null: from the first entry on'),
});

export const progressShape = z.object({
  progress: z
    .object({ done: z.number(), total: z.number().describe('Entries; 0 as long as it waits for its turn') })
    .readonly()
    .nullable()
    .describe('null: it is over, or there is none'),
});

export const WORKBENCH: readonly Route[] = [
  route({
    path: '/api/schema',
    topic: 'workbench',
    summary: 'The JSON Schema of an automation',
    answer: anyObject,
    run: async () => schemas().automation,
  }),
  route({
    method: 'POST',
    path: '/api/drafts/check',
    topic: 'workbench',
    summary: 'What is wrong with a text of automations, and what it would change; changes nothing',
    body: z.object({ text }),
    answer: draftShape,
    run: async (desk, { body }, signal) => await checked(desk, body.text, signal),
  }),
  route({
    method: 'POST',
    path: '/api/backtests',
    topic: 'workbench',
    summary:
      'What the automations of a text would have fired, beside what is live: the log is decided once more, elsewhere',
    body: z.object({
      text,
      sinceMs: z.int().min(1_000).max(LONGEST_MS).default(HOUR_MS).describe('How far back, in ms'),
      run: z
        .string()
        .regex(/^[\w-]{1,64}$/)
        .optional()
        .describe('A name to ask by how far it is'),
    }),
    answer: backtestShape,
    run: async (desk, { body }, signal) => await tested(desk, body, signal),
  }),
  route({
    path: '/api/backtests/{run}',
    topic: 'workbench',
    summary: 'How far a backtest is that runs or waits for its turn, by the name that it was given',
    answer: progressShape,
    run: async ({ replays }, { path: { run = '' } }) => ({ progress: replays.progress.get(run) ?? null }),
  }),
  route({
    method: 'POST',
    path: '/api/automations',
    topic: 'workbench',
    summary: 'Puts the automations of a text: all of them, or none where one is wrong',
    changes: true,
    body: z.object({
      text,
      mode: z.enum(['shadow', 'live']).optional().describe('In the place of what the documents say'),
    }),
    answer: z.object({ put: listOf(z.object({ id: z.string(), name: z.string(), change: z.string() })) }),
    run: async (desk, { body }, signal) => {
      const { changes } = await soundDraft(desk, body.text, signal);
      const put = changes.map(({ document, automation, ...change }) => {
        const wanted = body.mode === undefined ? document : { ...automation.document, mode: body.mode };
        return { ...change, wanted };
      });
      for (const { wanted } of put) if (wanted !== null) await desk.watchfire.put(wanted as AutomationDocument);
      return { put: put.map(({ id, name, change }) => ({ id, name, change })) };
    },
  }),
];

async function draftOf(desk: Desk, text: string, signal: AbortSignal): Promise<TextDraft> {
  return await desk.drafts.read(text, await definitions(desk), signal);
}

/** @throws ConsoleRefusal for one that may not be put */
async function soundDraft(desk: Desk, text: string, signal: AbortSignal): Promise<TextDraft> {
  const draft = await draftOf(desk, text, signal);
  const wrong = draft.problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new ConsoleRefusal(422, `line ${wrong.line}: ${wrong.path}: ${wrong.message}`, wrong.path);
  if (draft.changes.length === 0) throw new ConsoleRefusal(422, 'holds no automation');
  return draft;
}

async function checked(desk: Desk, text: string, signal: AbortSignal): Promise<z.input<typeof draftShape>> {
  const { problems, changes } = await draftOf(desk, text, signal);
  const updated = changes.filter(({ change }) => change === 'updated');
  const drops = await desk.watchfire.drops(updated.map(({ id, automation }) => ({ id, automation })));
  return {
    problems,
    changes: changes.map((one) => {
      const { change, id, name, keys, automation } = one;
      const drop = drops[updated.indexOf(one)];
      return {
        ...{ change, id, name, keys },
        trigger: desk.tools.triggerInWords(automation.trigger),
        drops: drop ? { windows: drop.windows, alerts: drop.alerts } : null,
      };
    }),
  };
}

async function tested(
  desk: Desk,
  { text, sinceMs, run = '' }: Readonly<{ text: string; sinceMs: number; run?: string | undefined }>,
  signal: AbortSignal,
): Promise<z.input<typeof backtestShape>> {
  const { watchfire, replays } = desk;
  const { changes } = await soundDraft(desk, text, signal);
  // What stands there disabled would fire nothing.
  const candidates = changes.map(({ automation }) => parseAutomation({ ...automation.document, enabled: true }));
  const from = (await watchfire.serverTimeMs()) - sinceMs;
  const { progress } = replays;
  const onProgress = (told: ReplayProgress): void => void (run === '' || progress.set(run, told));
  onProgress({ done: 0, total: 0 });
  try {
    const options = { candidates, sinceMs: from, against: true, signal, onProgress };
    const result = await replays.run(signal, (engineFor) =>
      backtestAll(watchfire, (part) => placeOf(engineFor(part)), options),
    );
    return backtestTold(result, candidates);
  } finally {
    progress.delete(run);
  }
}

function backtestTold(result: Backtest, candidates: readonly Automation[]): z.input<typeof backtestShape> {
  const { fresh = [], gone = [], moved = [], same = 0 } = result.difference ?? {};
  const others = new Set([...fresh, ...moved.map(([, candidate]) => candidate)]);
  const firings = [
    ...result.firings.filter((told) => !others.has(told)).map((told) => drawn(told, 'same')),
    ...fresh.map((told) => drawn(told, 'new')),
    ...gone.map((told) => drawn(told, 'gone')),
    ...moved.map(([live, told]) => ({ ...drawn(told, 'moved'), was: live.triggered })),
  ].sort((a, b) => a.triggered - b.triggered);
  const exact = candidates.map(({ id }) => result.exact.get(id)?.position ?? null);
  const latest = Math.max(0, ...exact.map((position) => (position === null ? 0 : Number.parseInt(position, 10))));
  return {
    ...{ entries: result.entries, from: result.fromMs, to: result.toMs, tookMs: Math.round(result.tookMs) },
    counts: { same, new: fresh.length, gone: gone.length, moved: moved.length },
    firings: firings.slice(-DRAWN),
    drawn: firings.length <= DRAWN,
    exactFrom: latest === 0 ? null : latest,
  };
}

function drawn(
  { automation, labels, state, triggered }: ToldFiring,
  fate: 'same' | 'new' | 'gone' | 'moved',
): z.input<typeof toldShape> {
  return { automation, labels: JSON.parse(labels) as Record<string, string>, state, triggered, fate, was: null };
}
