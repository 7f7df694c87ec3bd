import { z } from 'zod';

/*
 * What the API answers, as far as several routes have it. All times are in ms since 1970.
 */

export const time = z.number().describe('ms since 1970');
export const duration = z.number().describe('ms');
export const labels = z.record(z.string(), z.string()).describe('Values by the names of labels');
export const listOf = <One extends z.ZodType>(one: One) => z.array(one).readonly();
export const anyObject = z.record(z.string(), z.unknown()).readonly();

export const eventShape = z
  .looseObject({
    id: z.string(),
    event: z.string(),
    resource: z.record(z.string(), z.string()),
    occurred: z.string(),
    received: z.string(),
  })
  .readonly()
  .meta({ id: 'Event', description: 'A complete event, as jobs have it' });

export const storyShape = z
  .object({
    kind: z.string(),
    start: time.optional(),
    end: time.optional(),
    due: time.optional(),
    since: time.optional(),
    opener: z.string().optional(),
    of: z.string().optional(),
    count: z.number().nullable().optional(),
    threshold: z.number().optional(),
  })
  .readonly()
  .meta({ id: 'Story' });

export const firingShape = z
  .object({
    entry: z.string().describe('Its entry in the ledger'),
    id: z.string(),
    automation: z.string(),
    name: z.string(),
    revision: z.number(),
    posture: z.string(),
    state: z.enum(['Triggered', 'Resolved']),
    triggered: time,
    decided: time,
    labels,
    event: z.object({ id: z.string(), event: z.string(), resource: z.string() }).nullable(),
    reminder: z.number().nullable(),
    shadow: z.boolean(),
    story: storyShape.nullable(),
  })
  .readonly()
  .meta({ id: 'Firing' });

const intervalShape = z
  .object({
    start: time,
    end: time,
    due: time,
    count: z.number(),
    rests: z.boolean(),
    bounded: z.boolean().describe('false: it has no end, and its times say nothing'),
  })
  .readonly();

export const windowShape = z
  .object({
    automation: z.string(),
    name: z.string(),
    path: z.string().describe('Place of the trigger in its tree; empty for the root'),
    labels,
    kind: z.enum(['event', 'composite']),
    posture: z.string().nullable(),
    threshold: z.number().describe('How much is needed'),
    counts: z.string().nullable(),
    interval: intervalShape.nullable(),
    awaits: z.number().describe('Parked events that it waits for'),
    lastEvent: z.string().nullable(),
    quietUntil: time.nullable(),
    alert: z.object({ since: time, until: time, reminder: time.nullable() }).readonly().nullable(),
    children: listOf(z.object({ child: z.number(), triggered: time, keepUntil: time, firing: z.string() })),
  })
  .readonly()
  .meta({ id: 'Window' });

export const silenceShape = z
  .object({
    id: z.string(),
    automation: z.string().nullable(),
    labels,
    reason: z.string(),
    by: z.string(),
    from: time,
    until: time,
    acknowledges: z.boolean().describe('It keeps the reminders of one alert back, and no more'),
  })
  .readonly()
  .meta({ id: 'Silence' });

export const deliveryShape = z
  .object({
    job: z.string(),
    automation: z.string(),
    firing: z.string(),
    index: z.number(),
    type: z.string(),
    target: z.string().nullable(),
    labels,
    state: z.string(),
    tries: z.number(),
    attempts: z.number(),
    status: z.number().nullable(),
    answer: z.string(),
    error: z.string(),
    at: time,
  })
  .readonly()
  .meta({ id: 'Delivery' });

export const problemShape = z
  .object({
    severity: z.enum(['error', 'warning', 'note']),
    line: z.number(),
    column: z.number(),
    width: z.number(),
    path: z.string(),
    message: z.string(),
  })
  .readonly();

export const done = z.object({ done: z.literal(true) });
export const DONE = Object.freeze({ done: true as const });
