import { z } from 'zod';
import type { Watchfire } from '../engine.ts';
import { eventDocument } from '../model/event.ts';
import type { FoundEvent } from '../why/evidence.ts';
import type { Why, WhyStep } from '../why/why.ts';
import type { FiringAnswer } from './answers.ts';
import type { ConsoleTools } from './desk.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route, textIn, wholeIn } from './route.ts';
import { deliveryShape, duration, eventShape, firingShape, labels, listOf, storyShape, time } from './shapes.ts';
import { firingTold } from './told.ts';

/** Firings that are looked at for one answer where a state or a label is wanted, as the ledger has no index of them: some 50 ms. */
const LOOKED = 2_000;

/** Events of one window that are given whole: as many as a person reads. */
const EVENTS_SHOWN = 200;

export const foundShape = z
  .object({ entry: z.string(), at: time, value: z.union([z.string(), z.number()]).nullable(), document: eventShape })
  .readonly();

export const stepShape = z
  .object({
    id: z.string(),
    path: z.string(),
    labels,
    triggered: time,
    decided: time.nullable(),
    story: storyShape.nullable(),
    trigger: z.string().nullable().describe('In words; null: that revision is not kept any more'),
    event: foundShape.nullable(),
    opener: foundShape.nullable(),
    counted: listOf(foundShape),
    missing: z.number().nullable().describe('Counted events that are no longer retained; null: unknown'),
    reach: duration.describe('How much longer its window is than `within`: the first one of a key reaches back'),
    get children() {
      return z.array(stepShape).readonly();
    },
  })
  .meta({ id: 'Step', description: 'A firing or one of its children, as it came about' });

export const whyShape = z.object({
  firing: firingShape,
  standing: z.enum(['unchanged', 'changed', 'disabled', 'deleted']).describe('The automation now'),
  step: stepShape,
  alert: firingShape.nullable().describe('Of the end of an alert, or a reminder: the firing that set it'),
  jobs: listOf(
    z.object({
      id: z.string(),
      queue: z.string(),
      name: z.string().nullable(),
      stage: z.string().nullable().describe('null: it is not in its queue'),
      added: time.nullable(),
      started: time.nullable(),
      finished: time.nullable(),
      tries: z.number().nullable(),
      error: z.string(),
      delivery: deliveryShape.nullable(),
    }),
  ),
  kept: listOf(z.object({ what: z.string(), at: time, actions: listOf(z.number()), by: z.string(), why: z.string() })),
  timeline: listOf(z.object({ at: time, what: z.string() })),
});

export const firingsShape = z.object({
  firings: listOf(firingShape),
  next: z.string().nullable(),
  searched: z.number().nullable().describe('null: the answer is complete; else the search was given up after so many'),
  looked: z.number().describe('Firings of that automation, or of all, that were looked at for the state and the label'),
});

export const FIRINGS: readonly Route[] = [
  route({
    path: '/api/firings',
    topic: 'firings',
    summary: 'What fired, the newest first, page by page',
    query: z.object({
      automation: textIn,
      state: z.enum(['Triggered', 'Resolved']).optional(),
      label: textIn.describe('A part of its key, as customer.7 or id=customer.7'),
      before: textIn,
      limit: wholeIn(1, 500, 100),
    }),
    answer: firingsShape,
    run: async ({ watchfire }, { query }) => await listed(watchfire, query),
  }),
  route({
    path: '/api/firings/{id}',
    topic: 'firings',
    summary: 'Why something fired: back from its jobs to the entries of the log',
    answer: whyShape,
    run: async ({ watchfire, tools }, { path: { id = '' } }) => {
      const why = await watchfire.why(id);
      if (why === null) {
        const isErased = (await watchfire.erasedAt(id)) !== null;
        throw new ConsoleRefusal(
          404,
          isErased ? 'it was erased' : 'there is no such firing, or it is no longer retained',
        );
      }
      return whyTold(why, tools);
    },
  }),
];

type ListQuery = Readonly<{
  automation?: string | undefined;
  state?: FiringAnswer['state'] | undefined;
  label?: string | undefined;
  before?: string | undefined;
  limit: number;
}>;

async function listed(
  watchfire: Watchfire,
  { automation, state, label = '', before, limit }: ListQuery,
): Promise<z.input<typeof firingsShape>> {
  const most = state === undefined && label === '' ? limit : LOOKED;
  const found = await watchfire.firings({ limit: most, ...(automation && { automation }), ...(before && { before }) });
  const newest = found.firings.map(firingTold).reverse();
  const wanted = newest.filter((one) => (state ?? one.state) === one.state && isAbout(one, label));
  const firings = wanted.slice(0, limit);
  // The next page begins behind what is shown, or behind what was looked at in vain.
  const last = wanted.length > limit ? firings.at(-1) : newest.at(-1);
  const looked = last === undefined ? 0 : newest.indexOf(last) + 1;
  const isMore = looked < newest.length || newest.length === most;
  return { firings, next: isMore ? (last?.entry ?? null) : null, searched: found.searched, looked };
}

/** Whether a text stands in the key of a firing, in whatever case. */
function isAbout({ labels }: FiringAnswer, text: string): boolean {
  const key = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return key.join(' ').toLowerCase().includes(text.toLowerCase());
}

function whyTold(why: Why, tools: ConsoleTools): z.input<typeof whyShape> {
  const { recorded, standing, step, alert, jobs, outcome, timeline } = why;
  return {
    firing: firingTold(recorded),
    standing,
    step: stepTold(step, tools),
    alert: alert && firingTold(alert),
    jobs: jobs.map(({ id, queue, name, state, delivery }) => ({
      ...{ id, queue, name, delivery },
      stage: state?.stage ?? null,
      added: state?.added ?? null,
      started: state?.started ?? null,
      finished: state?.finished ?? null,
      tries: state?.tries ?? null,
      error: state?.error ?? '',
    })),
    kept: outcome.map(({ what, at, actions, by = '', why = '' }) => ({ what, at, actions, by, why })),
    timeline,
  };
}

function stepTold(step: WhyStep, tools: ConsoleTools): z.input<typeof stepShape> {
  const { firing, trigger, event, opener, counted, missing, children } = step;
  const { id, path, labels, triggered } = firing;
  return {
    ...{ id, path, labels, triggered, missing },
    decided: firing.decided ?? null,
    story: firing.story ?? null,
    trigger: trigger && tools.triggerInWords(trigger),
    event: event && foundTold(event),
    opener: opener && foundTold(opener),
    counted: counted.slice(-EVENTS_SHOWN).map(foundTold),
    reach: reachOf(step),
    children: children.map((child) => stepTold(child, tools)),
  };
}

/** Only a first window is longer than `within` (rules 7.2, R4). */
function reachOf({ trigger, firing: { story } }: WhyStep): number {
  if (trigger?.type !== 'event' || story?.kind !== 'tumbling' || trigger.withinMs === 0) return 0;
  const { start, end } = story;
  return start === undefined || end === undefined ? 0 : Math.max(0, end - start - trigger.withinMs);
}

function foundTold({ entry, event, t, value }: FoundEvent): z.input<typeof foundShape> {
  return { entry, at: t, value, document: { ...eventDocument(event) } };
}
