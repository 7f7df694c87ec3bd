import { z } from 'zod';
import type { ActionDocument, QueueAction } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { activeHours } from './active-hours.ts';
import {
  CARRIED,
  type CarriedAction,
  type CarriedType,
  checkCarried,
  isCarriedType,
  MOST_ATTEMPTS,
} from './carried-actions.ts';
import { check, checkClosed, closed, each, joinPath, required } from './issue.ts';
import { isMappedType } from './prefect-actions.ts';
import { freezeDeep } from './record.ts';
import { LIST_LIMIT, refuseMore } from './spec.ts';
import { withinAt } from './within.ts';

/** BullMQ refuses priorities above 2^21 - 1. */
const PRIORITY_LIMIT = 2_097_151;

/** A job that waits longer is a mistake (rules 5.5). */
const LONGEST_DELAY_MS = 365 * 86_400_000;

const notNegative = 'must be a whole number, 0 or more';
const wholeNumber = z.int(notNegative).min(0, notNegative);
const delayMs = wholeNumber.max(LONGEST_DELAY_MS, 'must not be longer than 365 days');
const jitter = 'must be a number from 0 to 1';
const text = z.string('must be a non-empty string').min(1, 'must be a non-empty string');

export const strategy = z.strictObject({
  type: text.describe('fixed, exponential, or a strategy of your worker'),
  delay: delayMs.optional().describe('Milliseconds before the next try'),
  jitter: z
    .number(jitter)
    .min(0, jitter)
    .max(1, jitter)
    .optional()
    .describe('Part of the delay that is random, 0 to 1'),
});

const backoff = z.union([delayMs, strategy], 'must be milliseconds or {type, delay, jitter}');

export const keepCount = z.strictObject({ count: wholeNumber.describe('How many at most') });

export const keepAge = z.strictObject({
  age: wholeNumber.describe('For how many seconds'),
  count: wholeNumber.optional().describe('How many at most'),
  limit: wholeNumber.optional().describe('How many are removed at a time'),
});

const keepJobs = z.union(
  [z.boolean(), wholeNumber, keepCount, keepAge],
  'must be true, false, a number of jobs or {age, count, limit}',
);

/** The job options a definition may set, as BullMQ takes them. Ids and deduplication belong to the engine. */
export const queueOptions = z.strictObject(
  {
    delay: delayMs.optional().describe('Milliseconds to wait before the job may run'),
    attempts: wholeNumber
      .max(MOST_ATTEMPTS, `must be at most ${MOST_ATTEMPTS}`)
      .optional()
      .describe('How often the job is tried in all, 5 by default; 0 and 1 mean once'),
    backoff: backoff
      .optional()
      .describe(
        'Wait between tries: milliseconds, or a strategy; by default exponential from 5 s with a jitter of 0.5',
      ),
    priority: z
      .int(`must be a whole number from 0 to ${PRIORITY_LIMIT}`)
      .min(0, `must be a whole number from 0 to ${PRIORITY_LIMIT}`)
      .max(PRIORITY_LIMIT, `must be a whole number from 0 to ${PRIORITY_LIMIT}`)
      .optional()
      .describe('1 goes first; 0 is before all that have a priority'),
    removeOnComplete: keepJobs.optional().describe('Which finished jobs to keep'),
    removeOnFail: keepJobs.optional().describe('Which failed jobs to keep'),
  },
  'must be an object',
);

/** An action that adds a job to a queue. */
export const queueAction = closed({
  type: z.literal('queue').describe('A job in a BullMQ queue of yours'),
  queue: z
    .string(required('must be a non-empty string'))
    .min(1, 'must be a non-empty string')
    .regex(/^[^:]*$/, 'must not contain ":"')
    .regex(/^\P{Cc}*$/u, 'must not contain control characters')
    .describe('Name of the BullMQ queue'),
  name: text.optional().describe('Name of the job'),
  data: z
    .record(z.string(), z.unknown(), 'must be an object')
    .optional()
    .describe('What the job gets besides the firing'),
  opts: queueOptions.optional().describe('Options of the job, as BullMQ takes them'),
  active: activeHours.optional().describe('When its job may go to the queue; always'),
}) satisfies z.ZodType<QueueAction>;

/** Published form of any action. What only actions of one type must obey stands under `if`/`then`. */
export const actionDocument = z
  .looseObject({ type: z.string('is required').min(1, 'is required') }, 'must be an object')
  .meta({ id: 'Action', allOf: Object.entries({ queue: queueAction, ...CARRIED }).map(onlyFor) });

function onlyFor([type, schema]: readonly [string, z.ZodType]): object {
  // The dialect is named once, at the root of what is published.
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword; nobody awaits a schema's description
  return { if: { properties: { type: { const: type } } }, then: shape };
}

/** Checks the action at `path` (rules 5.1). Throws InvalidDocument. */
export function parseAction(document: unknown, path: string): ActionDocument {
  const action = check(actionDocument, document, path);
  if (action.type === 'queue') checkClosed(queueAction, document as object, path);
  else if (isCarriedType(action.type)) carriedAt(CARRIED[action.type], document as object, path);
  if (action.type !== 'queue') delayOf(action, path);
  // The document itself, not what the schema made of it: free-form keys are the handler's and must arrive as they were.
  return freezeDeep(document as ActionDocument);
}

function carriedAt(schema: (typeof CARRIED)[CarriedType], document: object, path: string): void {
  checkClosed(schema as z.ZodObject, document, path);
  checkCarried(document as CarriedAction, path);
}

/**
 * How long the job of an action waits before it may run, in ms: Prefect's `schedule_after`, seconds or text (rules 5.4). Null when the
 * action does not say, or is a queue action, whose `opts.delay` says it. Throws InvalidDocument.
 */
export function delayOf(action: Readonly<Record<string, unknown>>, path: string): number | null {
  const after = action.type === 'queue' ? null : (action.schedule_after ?? null);
  if (after === null) return null;
  const place = joinPath(path, 'schedule_after');
  const { ms } = withinAt(after, place);
  if (ms > LONGEST_DELAY_MS) throw new InvalidDocument(place, 'must not be longer than 365 days', after);
  return ms;
}

/** Checks a list of actions. Missing is empty. Throws InvalidDocument. */
export function parseActions(documents: unknown, path: string): readonly ActionDocument[] {
  if (documents === undefined) return Object.freeze([]);
  if (!Array.isArray(documents)) throw new InvalidDocument(path, 'must be a list of actions', documents);
  refuseMore(documents, path, LIST_LIMIT, 'entries');
  return Object.freeze(each(documents, (document: unknown, i) => parseAction(document, joinPath(path, i))));
}

/** Queue of all actions of types that nobody announced: workers of yours take them. */
export const DEFAULT_QUEUE = 'actions';

/** Queue of what `watchfire actions` carries out. */
export const DELIVERIES = 'deliveries';

/** Whether a type is carried out although Watchfire does not know it: somebody announced it. */
export type Announced = (type: string) => boolean;

/** The name of the queue that jobs of an action go to. */
export function queueOf(action: ActionDocument, announced: Announced = () => false): string {
  if (action.type === 'queue') return String(action.queue);
  const { type } = action;
  return isCarriedType(type) || isMappedType(type) || announced(type) ? DELIVERIES : DEFAULT_QUEUE;
}

/** All actions of an automation, in the order of rules 11. */
export function allActions({ actions, actionsOnTrigger, actionsOnResolve }: ActionLists): readonly ActionDocument[] {
  return [...actions, ...actionsOnTrigger, ...actionsOnResolve];
}

/** The queues that its jobs go to, each once. */
export function queuesOf(automation: ActionLists): string[] {
  return [...new Set(allActions(automation).map((action) => queueOf(action)))];
}

type ActionLists = Readonly<Record<'actions' | 'actionsOnTrigger' | 'actionsOnResolve', readonly ActionDocument[]>>;
