import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import type { Firing } from './firing.ts';
import { check, checkClosed, closed, required } from './issue.ts';
import { withinAt } from './within.ts';

/** A silence that lasts longer is a mistake: such an automation is disabled. */
const LONGEST_SILENCE_MS = 365 * 86_400_000;

/** What people write, and not what they paste. */
const TEXT_LIMIT = 500;

/** As many as `for_each` may name (rules 5.5). */
const LABELS_LIMIT = 32;

const bounded = `must be a text of at most ${TEXT_LIMIT} characters`;
const said = z.string(required(bounded)).min(1, bounded).max(TEXT_LIMIT, bounded);

/** A silence as people write it. */
export const silenceDocument = closed({
  automation: z
    .string('must be a non-empty string')
    .min(1, 'must be a non-empty string')
    .optional()
    .describe('Only firings of this automation, by its id'),
  labels: z
    .record(z.string(), z.string('must be a string'), 'must be an object')
    .refine(
      (labels) => Object.keys(labels).length <= LABELS_LIMIT && JSON.stringify(labels).length <= TEXT_LIMIT * 4,
      `must have at most ${LABELS_LIMIT} labels and ${TEXT_LIMIT * 4} characters`,
    )
    .optional()
    .describe('Only firings whose key has these labels with exactly these values'),
  for: z
    .union([z.number(), z.string()], required('must be a duration'))
    .describe('How long, as 2h; a number is seconds'),
  reason: said.describe('Why'),
  by: said.describe('Who'),
});

export type SilenceInput = z.input<typeof silenceDocument>;

/** What a silence says, and for how long in ms. `automation` null: of all automations; no labels: of all keys. */
export type SilenceOrder = Readonly<{
  automation: string | null;
  labels: Readonly<Record<string, string>>;
  reason: string;
  by: string;
  forMs: number;
  /** Of an acknowledgement: the start of the alert (ms) whose reminders alone it silences, until it is renewed or over. */
  alert?: number;
}>;

/** A silence. Times in ms of Redis: it holds from `from` until before `until`. */
export type Silence = Omit<SilenceOrder, 'forMs'> & Readonly<{ id: string; from: number; until: number }>;

/** Which key is asked about, and which firing of it. */
type OfKey = Pick<Firing, 'automation' | 'labels'>;
type Fired = OfKey & Pick<Firing, 'reminder' | 'story'>;

/** How long an acknowledgement holds: an alert that nothing renews is forgotten by then (rules 6). */
const ACKNOWLEDGED_FOR = '30d';

/** @throws InvalidDocument naming what is wrong */
export function parseSilence(document: SilenceInput): SilenceOrder {
  const { automation = null, labels = {}, reason, by, for: duration } = readSilence(document);
  const { ms } = withinAt(duration, 'for');
  if (ms === 0) throw new InvalidDocument('for', 'must be above 0', duration);
  if (ms > LONGEST_SILENCE_MS) throw new InvalidDocument('for', 'must not be longer than 365 days', duration);
  if (automation === null && Object.keys(labels).length === 0) {
    throw new InvalidDocument('automation', 'is required where there are no labels');
  }
  return { automation, labels, reason, by, forMs: ms };
}

/**
 * The silence by which somebody sees to the alert of a key: it keeps its reminders back until it is renewed or over.
 * @param since the start of the alert, in ms
 * @throws InvalidDocument naming what is wrong
 */
export function parseAcknowledgement(said: Omit<SilenceInput, 'for'>, since: number): SilenceOrder {
  return { ...parseSilence({ ...said, for: ACKNOWLEDGED_FOR }), alert: since };
}

function readSilence(document: SilenceInput): z.output<typeof silenceDocument> {
  const form = check(z.looseObject({}, 'must be an object'), document, '', 'silence');
  return checkClosed(silenceDocument, form, '', 'silence');
}

/** Whether a silence holds at a time (ms). */
export function holdsAt({ from, until }: Silence, atMs: number): boolean {
  return from <= atMs && atMs < until;
}

/** The silence that keeps back a firing at a time (ms): of several the one that ends last; null when there is none. */
export function silenceOf(silences: readonly Silence[], firing: Fired, atMs: number): Silence | null {
  let found: Silence | null = null;
  for (const silence of silences) {
    if (!holdsAt(silence, atMs) || !covers(silence, firing)) continue;
    if (found === null || silence.until > found.until) found = silence;
  }
  return found;
}

function covers(silence: Silence, firing: Fired): boolean {
  const { alert } = silence;
  if (alert !== undefined) {
    const { reminder, story } = firing;
    if (reminder === undefined || story?.start === undefined || story.start > alert) return false;
  }
  return isAbout(silence, firing);
}

/** Whether a silence names a key, whatever it keeps back of it. */
export function isAbout({ automation, labels }: Silence, key: OfKey): boolean {
  if (automation !== null && automation !== key.automation) return false;
  return Object.entries(labels).every(([name, value]) => Object.hasOwn(key.labels, name) && key.labels[name] === value);
}
