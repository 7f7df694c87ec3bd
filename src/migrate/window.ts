import type { Fields } from '../redis/older-state.ts';

/** What a window becomes: its text (lua/include/record.lua), and the event that an absence would report. */
export type LedWindow = Readonly<{ text: string; last: string | null }>;

/** Why a hash is no window: the field and what is wrong with it. */
export class NoWindow extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`${field} must be a whole number`);
    this.field = field;
  }
}

const WHOLE = /^-?\d+$/;

/**
 * Puts the fields of a window and its alert into one text: `[start,end) count due D keep K silent S alert START MISSING UNTIL opener ID`.
 * @throws NoWindow
 */
export function windowText(fields: Fields, proactive: boolean): LedWindow {
  const number = (field: string): string => {
    const value = fields[field];
    if (value === undefined || !WHOLE.test(value)) throw new NoWindow(field);
    return value;
  };
  const words: string[] = [];
  const open = fields.start !== undefined || !proactive || fields.alert_until === undefined;
  if (open) {
    words.push(`[${number('start')},${number('end')})`, number('count'));
    if (number('due') !== number('end')) words.push('due', number('due'));
    if (proactive && fields.keep !== undefined) words.push('keep', number('keep'));
    if (proactive && fields.silent !== undefined) words.push('silent', number('silent'));
  }
  if (proactive && fields.alert_until !== undefined) {
    words.push('alert', number('alert_start'), number('alert_missing'), number('alert_until'));
  }
  if (proactive && open && fields.opener !== undefined) words.push('opener', fields.opener);
  return { text: words.join(' '), last: proactive && open ? (fields.last ?? null) : null };
}
