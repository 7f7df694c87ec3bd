/** What the text of a key says of rules 17 (lua/include/extra.lua, notation.lua), beside its window. Times in ms, `until` when it goes. */
export type KeptText = Readonly<{
  memories: readonly Readonly<{ what: string; times: readonly number[]; until: number }>[];
  /** Whether a reset opened the window and nothing was counted since. */
  idle: boolean;
  /** Of the alert: its newest event, whether it ends by time, and when the next reminder comes out. */
  last: number | null;
  ends: boolean;
  reminds: number | null;
}>;

export function parseKeptText(text: string): KeptText {
  const [, line = '', rest = ''] = /^(?:~(.*?)\n)?(.*)$/s.exec(text) ?? [];
  const [words = ''] = rest.split(/(?:^| )opener /);
  const number = (word: string): number | null => {
    const [, found] = new RegExp(`(?:^| )${word} (-?\\d+)`).exec(words) ?? [];
    return found === undefined ? null : Number(found);
  };
  const marks = [...line.matchAll(/(quiet|floor|recovered|cancelled) (-?\d+) (-?\d+)/g)];
  const [, until, list = ''] = /(?:^| )(?:list|times) (-?\d+) (\S+)/.exec(line) ?? [];
  const times = [...list.matchAll(/(?:^|\+)(-?\d+)(?=[/+]|$)/g)].map(([, time]) => Number(time));
  return {
    memories: [
      ...marks.map(([, what = '', time, goes]) => ({ what, times: [Number(time)], until: Number(goes) })),
      ...(until === undefined ? [] : [{ what: 'list', times, until: Number(until) }]),
    ],
    idle: line.includes('idle 1'),
    last: number('last'),
    ends: number('ends') !== null,
    reminds: number('remind'),
  };
}
