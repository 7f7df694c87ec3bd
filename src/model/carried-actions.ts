import { z } from 'zod';
import type { ActionDocument, GroupDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { isTemplate } from '../template/template.ts';
import { activeHours } from './active-hours.ts';
import { parseDuration } from './duration.ts';
import { closed, joinPath, required } from './issue.ts';

/*
 * Actions that `watchfire actions` carries out (rules 5.1, docs/reactions.md). Texts may be templates where action-templates.ts says so.
 */

/** A delivery that takes longer holds a place that others need; a longer wait between tries is a mistake (rules 5.5). */
const LONGEST_TIMEOUT_MS = 300_000;
const LONGEST_DELAY_MS = 86_400_000;

/** More tries than these never end (rules 5.5). */
export const MOST_ATTEMPTS = 1_000;

/** Headers that belong to the connection, or to what signs and recognises a delivery. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*|webhook-.*|idempotency-key)$/i;

const NOT_EMPTY = 'must be a non-empty string';
const text = z.string(NOT_EMPTY).min(1, NOT_EMPTY);
const needed = z.string(required(NOT_EMPTY)).min(1, NOT_EMPTY);

function lengthUpTo(mostMs: number, leastMs: number): z.ZodType<string | number, string | number> {
  const range = `must be a duration from ${leastMs / 1_000} s to ${mostMs / 1_000} s`;
  return z.union([z.number(), z.string()], range).refine((value) => {
    const read = parseDuration(value);
    return read !== undefined && read.sign >= 0 && read.ms >= leastMs && read.ms <= mostMs;
  }, range);
}

const attempts = `must be a whole number from 1 to ${MOST_ATTEMPTS}`;

export const retry = closed({
  attempts: z.int(attempts).min(1, attempts).max(MOST_ATTEMPTS, attempts).optional().describe('How often in all; 5'),
  delay: lengthUpTo(LONGEST_DELAY_MS, 0)
    .optional()
    .describe('Wait before the second try, doubled each time, less a random part of up to a half; 5 s'),
});

/** What every action that is carried out may say. */
const delivery = {
  schedule_after: z.unknown().optional().describe('How long its job waits before it may run'),
  timeout: lengthUpTo(LONGEST_TIMEOUT_MS, 1).optional().describe('How long one try may take; 10 s'),
  retry: retry.optional().describe('How often it is tried'),
  active: activeHours.optional().describe('When it may go out; always'),
};

/** A group that waits longer tells nobody anything in time (rules 5.5). */
const LONGEST_GROUP_MS = 86_400_000;

/** As many as `for_each` may name (rules 5.5). */
const NAMES_LIMIT = 32;

const names = 'must be a list of strings';

export const groupDocument = closed({
  by: z
    .array(z.string(names), names)
    .max(NAMES_LIMIT, `must have at most ${NAMES_LIMIT} names`)
    .optional()
    .describe('Labels of the key: firings with the same values go out together; without it all do'),
  wait: lengthUpTo(LONGEST_GROUP_MS, 0)
    .optional()
    .describe('It goes out when no other firing joined for so long; 30 s'),
  max: lengthUpTo(LONGEST_GROUP_MS, 1)
    .optional()
    .describe('It goes out so long after its first firing at the latest; 5 min'),
});

/** What actions may say that go to people. */
const grouped = { group: groupDocument.optional().describe('One message for several firings') };

const headers = z
  .record(z.string(), z.string('must be a string'), 'must be an object')
  .refine(
    (given) => Object.keys(given).every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !OWN_HEADERS.test(name)),
    {
      error: 'must hold names of headers, and none that belongs to the connection or the delivery',
    },
  );

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;

export const webhookAction = closed({
  type: z.literal('webhook').describe('An HTTP request'),
  url: text.optional().describe('Where to, http or https, on a public address; or a target'),
  target: text.optional().describe('A target of the targets file that says where to'),
  method: z
    .enum(METHODS, `must be one of ${METHODS.join(', ')}`)
    .optional()
    .describe('POST'),
  headers: headers.optional().describe('Headers beside those of the delivery; secrets belong to the target'),
  body: z.unknown().optional().describe('A text, or anything else as JSON; without it: the whole story'),
  format: z
    .enum(['json', 'cloudevents'], 'must be "json" or "cloudevents"')
    .optional()
    .describe('Form of the whole story where there is no body; json'),
  ...grouped,
  ...delivery,
});

/** How bad it is, the worst first. */
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;

export const notifyAction = closed({
  type: z.literal('notify').describe('A message to a target'),
  target: needed.describe('A target of the targets file'),
  subject: z.string('must be a string').optional().describe('The name of the automation, unless it is said'),
  body: z.string('must be a string').optional().describe('What happened to what, unless it is said'),
  severity: z
    .enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`)
    .optional()
    .describe('For targets that know it; error'),
  ...grouped,
  ...delivery,
});

const labels = z.record(z.string(), z.string('must be a string'), required('must be an object'));

export const eventAction = closed({
  type: z.literal('event').describe('Appends an event, with the id of the job'),
  event: needed.describe('Its name'),
  resource: labels.describe('The labels of its resource'),
  related: z.array(labels, 'must be a list').optional().describe('Other resources, each with a role'),
  payload: z.unknown().optional().describe('Its payload'),
  occurred: z
    .union([z.string(), z.number()], 'must be a time')
    .optional()
    .describe('When it happened; without it: now'),
  stream: text.optional().describe('Another stream of this Redis; without it: the log'),
  ...delivery,
});

const switched = {
  automation: needed.describe('Its id or name, or "self"'),
  reason: z.string('must be a string').optional().describe('Stands in the log of the program'),
  ...delivery,
};

export const pauseAction = closed({ type: z.literal('pause').describe('Disables an automation'), ...switched });
export const resumeAction = closed({ type: z.literal('resume').describe('Enables an automation'), ...switched });

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export const logAction = closed({
  type: z.literal('log').describe('A line in the log of the program'),
  message: needed.describe('The line'),
  level: z
    .enum(LEVELS, `must be one of ${LEVELS.join(', ')}`)
    .optional()
    .describe('info'),
  ...delivery,
});

/** Their forms by type. */
export const CARRIED = {
  webhook: webhookAction,
  notify: notifyAction,
  event: eventAction,
  pause: pauseAction,
  resume: resumeAction,
  log: logAction,
} as const;

export type CarriedType = keyof typeof CARRIED;

/** An action that is carried out, as it is written. */
export type CarriedAction = { [Type in CarriedType]: z.input<(typeof CARRIED)[Type]> }[CarriedType];

export function isCarriedType(type: string): type is CarriedType {
  return Object.hasOwn(CARRIED, type);
}

/** How the firings of an action go out together; undefined where each goes out by itself. */
export function groupOf(action: ActionDocument): GroupDocument | undefined {
  const { type, group } = action as Readonly<Record<string, unknown>>;
  return type === 'webhook' || type === 'notify' ? (group as GroupDocument | undefined) : undefined;
}

/** What schemas cannot say of an action at `path`. Throws InvalidDocument. */
export function checkCarried(action: CarriedAction, path: string): void {
  if (action.type !== 'webhook') return;
  const { url, target } = action;
  if ((url === undefined) === (target === undefined)) {
    throw new InvalidDocument(joinPath(path, 'url'), 'must be said, or a "target", and not both', url);
  }
  if (url !== undefined && !isTemplate(url)) checkUrl(url, joinPath(path, 'url'));
}

/** Throws InvalidDocument for what is no http or https URL, or carries a password. */
export function checkUrl(value: string, path: string): URL {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidDocument(path, 'must be an http or https URL');
  if (url.username !== '' || url.password !== '') throw new InvalidDocument(path, 'must hold no user and no password');
  return url;
}
