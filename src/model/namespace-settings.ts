import { InvalidDocument } from '../errors.ts';
import { EVENT_NAME_LIMIT, FOLLOWER_WAIT_MS } from './event.ts';
import { fits } from './text.ts';

const MINUTE_MS = 60_000;

/** Names of events that are acknowledged and never applied, where none were chosen (rules 1). */
export const IGNORED_BY_DEFAULT: readonly string[] = Object.freeze(['prefect.log.write']);

/** Where nothing is set; the scripts have the durations in lua/include/limits.lua. */
export const DEFAULT_NAMESPACE_SETTINGS: NamespaceSettings = Object.freeze({
  earlyMs: 30 * MINUTE_MS,
  followWaitMs: FOLLOWER_WAIT_MS,
  ignored: IGNORED_BY_DEFAULT,
});

/**
 * The most that may be chosen. Times of expected events lie in hashes of half an hour, and an arming event looks into each of them: two
 * hours are five. An absence is decided as much later as an event may wait, so that nobody means more than a day.
 */
export const LARGEST_EARLY_MS = 120 * MINUTE_MS;
export const LARGEST_FOLLOW_WAIT_MS = 24 * 60 * MINUTE_MS;

/** Most ignored names: every worker reads all of them with each change of the definitions. */
export const IGNORED_LIMIT = 1_000;

/** What all workers of a namespace follow; it stands in Redis (rules 12.2). */
export type NamespaceSettings = Readonly<{
  /** How long expected events are remembered for arming events that come behind them, in ms; 0: not at all. */
  earlyMs: number;
  /** How long an event waits for the one it follows, in ms; 0: `follows` means nothing. */
  followWaitMs: number;
  /** Names of events that are acknowledged and never applied. */
  ignored: readonly string[];
}>;

/** What is to be set; null puts one back to its default. */
export type NamespaceSettingsChanges = { readonly [name in keyof NamespaceSettings]?: NamespaceSettings[name] | null };

/** @throws InvalidDocument naming what is wrong */
export function checkNamespaceSettings(changes: NamespaceSettingsChanges): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    if (name === 'earlyMs') checkMs(name, value, LARGEST_EARLY_MS, '2 h');
    else if (name === 'followWaitMs') checkMs(name, value, LARGEST_FOLLOW_WAIT_MS, '1 day');
    else if (name === 'ignored') checkNames(value);
    else throw new InvalidDocument(name, 'must be one of earlyMs, followWaitMs, ignored');
  }
}

function checkMs(name: string, value: unknown, most: number, inWords: string): void {
  const whole = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
  if (whole || value === null) return;
  throw new InvalidDocument(name, `must be whole milliseconds from 0 to ${most} (${inWords}), or null`, value);
}

function checkNames(value: unknown): void {
  if (value === null) return;
  if (!Array.isArray(value)) throw new InvalidDocument('ignored', 'must be a list of event names, or null', value);
  if (value.length > IGNORED_LIMIT) {
    throw new InvalidDocument('ignored', `must have at most ${IGNORED_LIMIT} names`, value.length);
  }
  for (const [i, name] of value.entries()) {
    const good = typeof name === 'string' && name !== '' && fits(name, EVENT_NAME_LIMIT) && name.isWellFormed();
    if (good) continue;
    const form = `must be an event's name: 1 to ${EVENT_NAME_LIMIT} characters of well-formed Unicode`;
    throw new InvalidDocument(`ignored.${i}`, form, name);
  }
}
