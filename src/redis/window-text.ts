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
   * where that is behind the start.
   */
  alert: Readonly<{ start: number; missing: number; until: number; armed: number | null }> | null;
  /** Id of the event that opened the window. */
  opener: string | null;
}>;

const OPEN = /^\[(-?\d+),(-?\d+)\) (\S+)/;

/**
 * Reads `[start,end) count due D keep K silent S armed T hold N alert START MISSING UNTIL renewed T ends T opener ID`; each part may be
 * missing. What rules 17 keep of a key stands in a line before it (lua/include/extra.lua), which is passed over.
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
        }
      : null,
    opener: at === -1 ? null : text.slice(at + ' opener '.length),
  };
}

/** Until when (ms) nothing is counted after a firing: `quiet T U` in the line before a window's text; null: it does not say. */
export function quietUntilIn(whole: string): number | null {
  if (!whole.startsWith('~')) return null;
  const [line = ''] = whole.split('\n', 1);
  const [, until] = /[~ ]quiet (-?\d+)/.exec(line) ?? [];
  return until === undefined ? null : Number(until);
}
