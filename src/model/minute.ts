/* How a minute of the history is written in Redis: a hash for each hour, a field for each count. */

/** What was counted: events by outcome, decisions by word and automation, firings by state and automation. */
export const MINUTE_KINDS = ['event', 'decision', 'firing'] as const;
export type MinuteKind = (typeof MINUTE_KINDS)[number];

/** One count of a minute of its hour; `automation`: '' of events. */
export type MinuteField = Readonly<{ minute: number; kind: MinuteKind; word: string; automation: string }>;

/** What stands for automations that have no count of their own. */
export const OTHER_AUTOMATIONS = 'other';

/** The field of a count: `07 decision fired a`. */
export function minuteField({ minute, kind, word, automation }: MinuteField): string {
  const text = `${String(minute).padStart(2, '0')} ${kind} ${word}`;
  return automation === '' ? text : `${text} ${automation}`;
}

const FIELD = /^([0-5]\d) (event|decision|firing) (\S+)(?: (.+))?$/su;

/** Reads it; null for what is none, as the notes of workers. */
export function parseMinuteField(text: string): MinuteField | null {
  const [, minute, kind, word, automation = ''] = FIELD.exec(text) ?? [];
  if (minute === undefined || kind === undefined || word === undefined) return null;
  return { minute: Number(minute), kind: kind as MinuteKind, word, automation };
}
