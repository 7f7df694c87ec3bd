/** The next reminder of an alert (rules 17.7): when it comes out (ms), its number, and how many there are; null: without end. */
export type NextReminder = Readonly<{ at: number; number: number; limit: number | null }>;

/** The last of the bytes that may stand before a key in `{wf}:last:<t>` (ARCHITECTURE.md). Behind `COLLECTED` stand a number and a space. */
const LAST_BYTE = '\x05';
const COLLECTED = '\x04';

/** The key that a field of `{wf}:last:<t>` is about. */
export function keyOfLast(field: string): string {
  if (field === '' || (field[0] ?? '') > LAST_BYTE) return field;
  return field.startsWith(COLLECTED) ? field.slice(field.indexOf(' ') + 1) : field.slice(1);
}

/** What a window's text says (lua/include/notation.lua). Times in ms; null: it does not say. */
export type WindowText = Readonly<{
  /** Null when only an alert is left, or parked events. */
  open: Readonly<{ start: number; end: number; count: number; due: number }> | null;
  /** When a silent key of a standing window is forgotten. */
  keep: number | null;
  /** Whether a standing window has fired since the last event that was expected. */
  silent: boolean | null;
  /** The newest time of its arming events, where that is not its start. */
  armed: number | null;
  /** How many parked events may yet be expected here. */
  hold: number;
  /**
   * `until`: when it ends, or is forgotten, if nothing comes. `armed`: the newest time of the arming events of the windows that fired,
   * where that is behind the start. `last`: its newest event, and `ends`: whether it ends by time, of a Reactive trigger.
   */
  alert: Readonly<{
    start: number;
    missing: number;
    until: number;
    armed: number | null;
    last: number | null;
    ends: boolean;
    reminder: NextReminder | null;
  }> | null;
  /** Id of the event that opened the window. */
  opener: string | null;
}>;

const OPEN = /^\[(-?\d+),(-?\d+)\) (\S+)/;

/**
 * Reads `[start,end) count due D keep K silent S armed T hold N alert START MISSING UNTIL renewed T last T ends T remind T number K limit K
 * opener ID`; each part may be missing. What rules 17 keep of a key stands in a line before it (lua/include/extra.lua), which is passed over.
 */
export function parseWindowText(whole: string): WindowText {
  const text = whole.startsWith('~') ? whole.slice(whole.indexOf('\n') + 1) : whole;
  const at = text.startsWith('opener ') ? 0 : text.indexOf(' opener ');
  const words = at === -1 ? text : text.slice(0, at);
  const [, start, end, count] = OPEN.exec(words)?.map(Number) ?? [];
  const number = (word: string): number | null => {
    const [, found] = new RegExp(`(?:^| )${word} (-?\\d+)`).exec(words) ?? [];
    return found === undefined ? null : Number(found);
  };
  const alert = /(?:^| )alert (-?\d+) (-?\d+) (-?\d+)/.exec(words)?.map(Number);
  const silent = number('silent');
  return {
    open:
      start === undefined || end === undefined || count === undefined
        ? null
        : { start, end, count, due: number('due') ?? end },
    keep: number('keep'),
    silent: silent === null ? null : silent === 1,
    armed: number('armed'),
    hold: number('hold') ?? 0,
    alert: alert
      ? {
          start: alert[1] ?? 0,
          missing: alert[2] ?? 0,
          until: number('ends') ?? alert[3] ?? 0,
          armed: number('renewed'),
          last: number('last'),
          ends: number('ends') !== null,
          reminder: reminderOf(number),
        }
      : null,
    opener: at === -1 ? null : text.slice(at + ' opener '.length),
  };
}

function reminderOf(number: (word: string) => number | null): NextReminder | null {
  const [at, limit] = [number('remind'), number('limit')];
  return at === null ? null : { at, number: number('number') ?? 1, limit: limit === 0 ? null : limit };
}

/** Until when (ms) nothing is counted after a firing: `quiet T U` in the line before a window's text; null: it does not say. */
export function quietUntilIn(whole: string): number | null {
  return parseKeptText(whole).quiet;
}

/** What rules 17 keep of a key beside its window and its alert (lua/include/extra.lua). Times in ms; null: nothing. */
export type KeptText = Readonly<{
  /** After a firing nothing is counted before. */
  quiet: number | null;
  /** What happened before is late. */
  floor: number | null;
  /** The newest event that ends alerts, and that resets. */
  recovered: number | null;
  cancelled: number | null;
  /** Distinct values of the window, each with a letter for its type in front, written as in a key. */
  values: readonly string[] | null;
  /** The events of a sliding window, oldest first, and until when they are kept. */
  sliding: Readonly<{ times: readonly number[]; until: number }> | null;
  /** How many documents of events are kept for the firing. */
  collected: number;
}>;

/** Reads the line before a window's text: `~quiet T U floor T U recovered T U cancelled T U … values V list U L times U L collected C`. */
export function parseKeptText(whole: string): KeptText {
  const words = whole.startsWith('~') ? whole.slice(1, whole.indexOf('\n')).split(' ') : [];
  const behind = (word: string): string | undefined => {
    const at = words.indexOf(word);
    return at === -1 ? undefined : words[at + 1];
  };
  const time = (word: string): number | null => {
    const text = behind(word);
    return text === undefined ? null : Number(text);
  };
  const at = words.findIndex((word) => word === 'list' || word === 'times');
  const listed = at === -1 ? [] : itemsIn(words[at + 2]);
  const documents = at === -1 ? itemsIn(behind('collected')) : listed.map((item) => item.split('/')[1] ?? ':0');
  const named = listed.map((item) => item.split('/').slice(2).join('/'));
  return {
    quiet: time('quiet'),
    floor: time('floor'),
    recovered: time('recovered'),
    cancelled: time('cancelled'),
    values: named.some((value) => value !== '') ? named : valuesIn(behind('values')),
    sliding:
      at === -1 ? null : { times: listed.map((item) => Number.parseInt(item, 10)), until: Number(words[at + 1]) },
    collected: documents.filter((document) => !document.endsWith(':0')).length,
  };
}

const valuesIn = (text: string | undefined): string[] | null => (text === undefined ? null : itemsIn(text));

/** What stands between plus signs; `-` for an empty list. */
const itemsIn = (text = ''): string[] => text.split('+').filter((item) => item !== '' && item !== '-');
