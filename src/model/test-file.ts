import { z } from 'zod';
import type { EventInput } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { automationDocument } from './automation-level.ts';
import { parseDuration } from './duration.ts';
import { duration } from './event-level.ts';
import { eventInput } from './event-schema.ts';
import { sealEvent } from './intake.ts';
import { check, closed, each, joinPath, required, together } from './issue.ts';
import { isRecord } from './record.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import { withinAt } from './within.ts';

/** When the time of a test begins, unless it says otherwise: a Thursday. */
export const START_MS = Date.UTC(2026, 0, 1);

const text = z.string(required('must be a string')).min(1, 'must not be empty');

const jobLevel = closed({
  queue: text.optional().describe('The queue it goes to'),
  name: text.optional().describe('Its name'),
  data: z
    .record(z.string(), z.unknown(), 'must be an object')
    .optional()
    .describe('What its data holds at least: of objects the keys that stand here, everything else whole'),
});

const expectation = closed({
  automation: text.describe('The id or the name of the automation'),
  state: z
    .enum(['triggered', 'resolved'], 'must be "triggered" or "resolved"')
    .default('triggered')
    .describe('triggered: it fires. resolved: its alert ends'),
  labels: z
    .record(z.string(), z.string('must be a string'), 'must be an object')
    .optional()
    .describe('Values of its key that are as here; others may be anything'),
  event: z
    .string('must be a string or null')
    .nullable()
    .optional()
    .describe('The name of the event that it fired at; null where an absence came to its end'),
  triggered: z.unknown().optional(),
  reminder: z
    .int('must be a whole number')
    .min(1, 'must not be below 1')
    .optional()
    .describe('Of a reminder: its number'),
  events_counted: z
    .int('must be a whole number')
    .min(0)
    .optional()
    .describe('With "collect": how many events were counted'),
  jobs: z
    .array(jobLevel, 'must be a list')
    .optional()
    .describe('All of its jobs, in any order. Without it jobs may be anything'),
});

/** Each is held against each firing of the step. */
const EXPECTED_LIMIT = 1_000;

const stepLevel = closed({
  at: z.unknown().optional(),
  put: z.unknown().optional(),
  delete: z
    .union([text, z.array(text)], 'must be the id of an automation, or a list of ids')
    .optional()
    .describe('Ids of automations that are deleted'),
  send: z.unknown().optional(),
  expect: z
    .array(expectation, 'must be a list')
    .max(EXPECTED_LIMIT, `must have at most ${EXPECTED_LIMIT} entries`)
    .default([]),
  allow_other: z
    .boolean('must be true or false')
    .default(false)
    .describe('true: what is not expected may come as well'),
});

const testLevel = closed({
  name: text.describe('What is promised'),
  start: z
    .string('must be a timestamp')
    .optional()
    .describe('When its time begins, ISO 8601. Default: 2026-01-01T00:00:00Z'),
  steps: z.array(z.unknown(), required('must be a list of steps')),
});

const fileLevel = closed({
  automations: z.array(z.unknown(), required('must be a list')),
  tests: z.array(z.unknown(), required('must be a list of tests')),
});

const given = z
  .union([z.string(), automationDocument])
  .describe('An automation, or the path of a file that holds some, from the folder of this file');
const oneOrMore = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.array(schema)]);
const sent = eventInput.extend({
  occurred: eventInput.shape.occurred.describe(
    'When it happened: ISO 8601, or since the start of the test as 3m; without it: when it is sent',
  ),
});

/** Published form of a file of tests; what is below a step's `send` and `put` is read by functions. */
export const testFileDocument = fileLevel
  .extend({
    automations: z.array(given).describe('What is put before each test'),
    tests: z
      .array(
        testLevel.extend({
          steps: z
            .array(
              stepLevel.extend({
                at: duration
                  .optional()
                  .describe(
                    'When, since the start of the test: 15m, 1h30m, or seconds. Without it: when the step before was',
                  ),
                expect: z
                  .array(
                    expectation.extend({
                      triggered: duration
                        .optional()
                        .describe('When it fired in event time, since the start of the test'),
                    }),
                  )
                  .default([])
                  .describe('All that fires since the step before, in any order'),
                put: oneOrMore(given).optional().describe('Automations that are put at this time'),
                send: oneOrMore(sent).optional().describe('Events that are sent at this time, one after the other'),
              }),
            )
            .describe('What happens, in the order of time. At each step everything is decided that is due by then'),
        }),
      )
      .describe('Each begins with an empty engine'),
  })
  .meta({ patternProperties: { '^x-': {} } });

/** What of a firing is expected. */
export type Expectation = Readonly<Omit<z.output<typeof expectation>, 'triggered'>> &
  Readonly<{ triggeredMs?: number }>;
export type ExpectedJob = NonNullable<Expectation['jobs']>[number];

/** One step; `atMs` since the start. `put`: documents, or paths of files. `path`: where it stands in the document. */
export type TestStep = Readonly<{
  path: string;
  atMs: number;
  put: readonly unknown[];
  delete: readonly string[];
  events: readonly EventInput[];
  expect: readonly Expectation[];
  allowOther: boolean;
}>;

export type TestCase = Readonly<{ path: string; name: string; startMs: number; steps: readonly TestStep[] }>;
export type TestFile = Readonly<{ automations: readonly unknown[]; tests: readonly TestCase[] }>;

/** Reads a file of tests. Throws InvalidDocument, which knows all problems of the document. */
export function parseTestFile(document: unknown): TestFile {
  if (!isRecord(document))
    throw new InvalidDocument('document', 'must be an object with automations and tests', document);
  // What only helps to write the rest, as anchors.
  const rest = Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith('x-')));
  const { automations, tests } = check(fileLevel, rest, '');
  const [, parsed] = together(
    () => each(automations, (one, i) => automationAt(one, `automations[${i}]`)),
    () => each(tests, (one, i) => parseTest(one, `tests[${i}]`)),
  );
  return { automations, tests: parsed };
}

function automationAt(value: unknown, path: string): unknown {
  if (typeof value === 'string' || isRecord(value)) return value;
  throw new InvalidDocument(path, 'must be an automation, or the path of a file', value);
}

function parseTest(value: unknown, path: string): TestCase {
  const given = isRecord(value) ? value : NOTHING;
  const startMs = typeof given.start === 'string' ? parseTimestamp(given.start) : undefined;
  // Its steps say what is wrong with them, whatever is wrong with the rest.
  const [level, , steps] = together(
    () => check(testLevel, value, path),
    () => {
      if (typeof given.start !== 'string' || (startMs !== undefined && startMs >= 0)) return;
      throw new InvalidDocument(joinPath(path, 'start'), 'must be a timestamp', given.start);
    },
    () => parseSteps(given.steps, joinPath(path, 'steps'), startMs ?? START_MS),
  );
  return { path, name: level.name, startMs: startMs ?? START_MS, steps };
}

/** What is no list is in error already. */
function parseSteps(steps: unknown, path: string, startMs: number): TestStep[] {
  if (!Array.isArray(steps)) return [];
  if (steps.length === 0) throw new InvalidDocument(path, 'must not be empty');
  let beforeMs = 0;
  return each(steps, (one: unknown, i) => {
    const step = parseStep(one, `${path}[${i}]`, startMs, beforeMs);
    beforeMs = step.atMs;
    return step;
  });
}

function parseStep(value: unknown, path: string, startMs: number, beforeMs: number): TestStep {
  const { at, put, send } = isRecord(value) ? value : NOTHING;
  // Each part says what is wrong with it, whatever is wrong with the others.
  const [level, atMs, puts, events] = together(
    () => readStep(value, path),
    () => readAt(at, joinPath(path, 'at'), beforeMs),
    () => each(listOf(put), (one, i) => automationAt(one, placeIn(put, joinPath(path, 'put'), i))),
    () => each(listOf(send), (one, i) => parseSent(one, placeIn(send, joinPath(path, 'send'), i), startMs)),
  );
  return { path, atMs, put: puts, events, ...level };
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

function readStep(value: unknown, path: string): Pick<TestStep, 'delete' | 'expect' | 'allowOther'> {
  const level = check(stepLevel, value, path);
  const gone = typeof level.delete === 'string' ? [level.delete] : (level.delete ?? []);
  const expect = each(level.expect, ({ triggered, ...one }, i) => {
    if (triggered === undefined) return one;
    return { ...one, triggeredMs: withinAt(triggered, `${path}.expect[${i}].triggered`).ms };
  });
  return { delete: gone, expect, allowOther: level.allow_other };
}

function readAt(value: unknown, path: string, beforeMs: number): number {
  if (value === undefined) return beforeMs;
  const { ms } = withinAt(value, path);
  if (ms < beforeMs) throw new InvalidDocument(path, 'must not be before the step in front of it', value);
  return ms;
}

/** A list, or the one that stands for it. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function placeIn(value: unknown, path: string, i: number): string {
  return Array.isArray(value) ? `${path}[${i}]` : path;
}

/** The event as it is sent, checked as at the door. */
function parseSent(value: unknown, path: string, startMs: number): EventInput {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an event', value);
  const event: Record<string, unknown> = { ...value };
  const { occurred } = event;
  const since =
    typeof occurred === 'string' && parseTimestamp(occurred) === undefined ? parseDuration(occurred) : undefined;
  if (since !== undefined) event.occurred = formatTimestamp(startMs + since.ms);
  try {
    sealEvent(event, () => 'new', startMs, { anyId: true });
    return event as EventInput;
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    throw new InvalidDocument(joinPath(path, error.path), error.reason, event[error.path]);
  }
}
