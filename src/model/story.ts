import { z } from 'zod';
import type { StoryDocument } from '../documents/got.ts';
import { plainNumber } from './exact.ts';
import { check } from './issue.ts';
import { EARLIEST_MS, formatTimestamp, LATEST_MS, parseTimestamp } from './timestamp.ts';

const whole = z.preprocess(plainNumber, z.int('must be a whole number')).optional();

const made = z.object(
  {
    kind: z.enum(
      ['tumbling', 'sliding', 'count', 'absence', 'silence', 'alert', 'reminder', 'compound', 'sequence'],
      'must be a kind of window',
    ),
    start: whole,
    end: whole,
    due: whole,
    since: whole,
    opener: z.string('must be a string').optional(),
    of: z.enum(['distinct', 'sum'], 'must be "distinct" or "sum"').optional(),
    count: z.preprocess(plainNumber, z.number('must be a number').nullable()).optional(),
    threshold: z.preprocess(plainNumber, z.number('must be a number')).optional(),
  },
  'must be an object',
);

/**
 * What a firing was made of, as the ledger has it (rules 10): facts of the log alone. Times in ms. `kind`: `tumbling` and `sliding` are
 * windows of Reactive triggers, `count` one without `within`; `absence` and `silence` those of Proactive ones, with `after` and standing;
 * `alert` is the end of one. `due`: the as_of at which an absence had to be settled, where that is not `end`. `since`: the earliest event of
 * a sliding window. `of`: what `count` says, where it is not events. A count that is null is no number that JSON can write.
 */
export type Story = Readonly<z.output<typeof made>>;

/** Reads what stands in the field `path`. @throws InvalidDocument */
export function parseStory(value: unknown, path: string): Story {
  return check(made, value, path);
}

const instant = z.iso.datetime({ precision: 3 });

/** The same as handlers and people see it. */
export const storyDocument = z.strictObject({
  kind: made.shape.kind.describe(
    'tumbling, sliding: a Reactive window; count: one without `within`; absence, silence: a Proactive window, with `after` and standing; ' +
      'alert: the end of an alert; reminder; compound, sequence: child firings',
  ),
  start: instant
    .optional()
    .describe('Begin of the window; of an alert that of the window that fired; of a composite its first child firing'),
  end: instant.optional().describe('End of the window; of a composite its last child firing'),
  due: instant.optional().describe('When an absence had to be settled, where that is not the end of its window'),
  since: instant.optional().describe('The earliest event of a sliding window'),
  opener: z
    .string()
    .optional()
    .describe('Id of the event that opened the window of an absence: the arming one, with `after`'),
  of: made.shape.of.describe('What `count` says, where it is not events: different values, or a sum'),
  count: z.number().nullable().optional().describe('How many events were counted; null: a sum beyond all numbers'),
  threshold: z.number().optional().describe('How many would have been enough, or were'),
  first: z.string().optional().describe('Id of the first event that was counted, where that is known'),
  last: z.string().optional().describe('Id of the last one, where that is known'),
});
/** What of a firing its story needs. Times in ms. */
type Making = Readonly<{
  story?: Story;
  state: 'Triggered' | 'Resolved';
  triggered: number;
  decided?: number;
  event: Readonly<{ id: string; received: string }> | null;
  collected?: readonly Readonly<{ id: string }>[];
  counted?: number;
}>;

const isTime = (ms: number | undefined): ms is number => ms !== undefined && ms >= EARLIEST_MS && ms <= LATEST_MS;

/** The story of a firing for handlers and people; undefined of one from before stories were recorded. */
export function storyOf({ story, event, collected = [], counted }: Making): StoryDocument | undefined {
  if (story === undefined) return undefined;
  const { start, end, due, since, ...rest } = story;
  const times = Object.entries({ start, end, due, since }).flatMap(([name, ms]) => {
    return isTime(ms) ? [[name, formatTimestamp(ms)]] : [];
  });
  const whole = counted !== undefined && counted === collected.length;
  const first = whole ? collected[0]?.id : isCounting(story) && story.count === 1 && !story.of ? event?.id : undefined;
  const last = collected.at(-1)?.id ?? (isCounting(story) ? event?.id : undefined);
  const ids = { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
  return { ...rest, ...Object.fromEntries(times), ...ids };
}

/** Whether the event of the firing is the last one that was counted. */
export const isCounting = ({ kind }: Story): boolean => kind === 'tumbling' || kind === 'sliding' || kind === 'count';

/**
 * How much later (ms) it was decided than it could have been: after the arrival of its event, or after the deadline. Undefined where
 * neither says so: of a composite, whose last child does, and of an alert that was over already.
 */
export function lateOf({ story, state, triggered, decided, event }: Making): number | undefined {
  if (story === undefined || decided === undefined) return undefined;
  const arrival = event === null ? undefined : parseTimestamp(event.received);
  const from = deadlineOf(story, state, triggered) ?? (isCounting(story) ? arrival : undefined);
  return from === undefined ? undefined : Math.max(0, decided - from);
}

/** The time (ms) at which it was due whatever came; undefined where an event decided it. */
export function deadlineOf(story: Story, state: 'Triggered' | 'Resolved', triggered: number): number | undefined {
  if (story.kind === 'absence' || story.kind === 'silence') return story.end;
  if (story.kind === 'reminder') return triggered;
  return state === 'Resolved' ? story.end : undefined;
}
