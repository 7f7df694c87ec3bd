import { z } from 'zod';
import type { Automation } from '../model/automation.ts';
import type { Desk } from './desk.ts';
import { definitions, hourOf, statusOf } from './overview.ts';
import { type Route, route, wholeIn } from './route.ts';
import { duration, listOf, silenceShape, time } from './shapes.ts';
import { silenceTold } from './told.ts';
import { exampleShape, examples } from './unanswered.ts';
import { type DecidedWords, wordsOf } from './words.ts';

/** How long the answer is given to all who ask. */
const QUIET_MS = 5_000;

/** Reasons that are told: more than anybody reads. */
const REASONS = 50;

/** What an event meets where nothing comes of it although its name was expected (rules 17.13). */
const WORDS = ['cooling', 'active', 'late', 'no-value', 'over-limit'] as const;

const whyShape = z.enum(['disabled', 'shadow', 'silenced', 'condition', ...WORDS]);

export const quietShape = z.object({
  quiet: listOf(
    z.object({
      why: whyShape,
      automation: z.string().nullable().describe('null: all of them'),
      name: z.string(),
      events: z.number().nullable().describe('That met it: within an hour; of a condition, since the beginning'),
      all: z.number().nullable().describe('That its triggers decided within an hour'),
      cooldown: duration.nullable(),
      silence: silenceShape.nullable(),
      example: exampleShape
        .nullable()
        .describe('Of a condition: the newest event that it has no answer for, where one is found'),
    }),
  ),
});

export const actsShape = z.object({
  acts: listOf(
    z.object({
      id: z.string(),
      at: time,
      user: z.string(),
      host: z.string(),
      what: z.string(),
      subject: z.string(),
      reason: z.string(),
    }),
  ),
});

type Quiet = z.input<typeof quietShape>['quiet'][number];

export const QUIET: readonly Route[] = [
  route({
    path: '/api/quiet',
    topic: 'overview',
    summary:
      'What keeps automations quiet: switched off, silenced, cooling, events that came too late, conditions without an answer',
    answer: quietShape,
    run: async (desk) => await desk.kept.of('quiet', QUIET_MS, async () => ({ quiet: await quietOf(desk) })),
  }),
  route({
    path: '/api/acts',
    topic: 'overview',
    summary: 'What people and programs changed, by whom and why, the newest first',
    query: z.object({ limit: wholeIn(1, 200, 20) }),
    answer: actsShape,
    run: async ({ watchfire }, { query: { limit } }) => ({ acts: (await watchfire.acts({ limit })).reverse() }),
  }),
];

async function quietOf(desk: Desk): Promise<Quiet[]> {
  const [automations, silences, hour, { whereErrors }, unanswered] = await Promise.all([
    definitions(desk),
    desk.watchfire.silences(),
    hourOf(desk),
    statusOf(desk),
    examples(desk),
  ]);
  const names = new Map(automations.map(({ id, name }) => [id, name]));
  const met = wordsOf(hour);
  const switched = automations.flatMap((one) => switchedOff(one));
  const silenced = silences
    .filter(({ alert }) => alert === undefined)
    .map((silence): Quiet => {
      const { automation } = silence;
      const name = automation === null ? '' : (names.get(automation) ?? automation);
      return { ...blank('silenced', automation, name), silence: silenceTold(silence) };
    });
  const counted = automations.flatMap((one) => {
    const failed = whereErrors[one.id] ?? 0;
    const condition = {
      ...blank('condition', one.id, one.name),
      events: failed,
      example: unanswered.get(one.id) ?? null,
    };
    return one.enabled ? [...countedOf(one, met.get(one.id)), ...(failed === 0 ? [] : [condition])] : [];
  });
  return [...switched, ...silenced, ...counted.sort((a, b) => (b.events ?? 0) - (a.events ?? 0))].slice(0, REASONS);
}

function blank(why: Quiet['why'], automation: string | null, name: string): Quiet {
  return { why, automation, name, events: null, all: null, cooldown: null, silence: null, example: null };
}

function switchedOff({ id, name, enabled, mode }: Automation): Quiet[] {
  if (!enabled) return [blank('disabled', id, name)];
  return mode === 'shadow' ? [blank('shadow', id, name)] : [];
}

function countedOf({ id, name, trigger }: Automation, met: DecidedWords | undefined): Quiet[] {
  const cooldown = trigger.type === 'event' ? (trigger.cooldownMs ?? null) : null;
  return WORDS.flatMap((why): Quiet[] => {
    const events = met?.counts.get(why) ?? 0;
    return events === 0 ? [] : [{ ...blank(why, id, name), events, all: met?.all ?? events, cooldown }];
  });
}
