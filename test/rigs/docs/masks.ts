/** What differs from run to run and from machine to machine, and what stands for it when a page is compared. */
const MASKS: readonly Readonly<{ what: string; pattern: RegExp; mask: string }>[] = [
  { what: 'a day, as HTTP says it', pattern: /\b\w{3}, \d+ \w{3} \d{4}\b/g, mask: 'DAY' },
  { what: 'a point in time', pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, mask: 'TIME' },
  { what: 'a minute', pattern: /\b\d{4}-\d\d-\d\d \d\d:\d\d(?!:)/g, mask: 'MINUTE' },
  { what: 'a time of day', pattern: /\b\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, mask: 'TIME' },
  {
    what: 'how long ago or how much later',
    pattern: /\b(?:\d+(?:h|ms|m|s))+(?= (?:ago|later|after)\b)/g,
    mask: 'SPAN',
  },
  { what: 'how far a time is off', pattern: /(?<=\bin )(?:\d+(?:h|ms|m|s))+/g, mask: 'SPAN' },
  { what: 'how long something took', pattern: /(?<=\bin )\d+\.\d+ s\b/g, mask: 'DURATION' },
  { what: 'how fast it was', pattern: /\([\d,]+ a second\)/g, mask: '(SPEED)' },
  { what: 'the id of an entry', pattern: /\b\d{13}-\d+/g, mask: 'ENTRY' },
  { what: 'the id of a firing', pattern: /\b[0-9a-f]{32}\b/g, mask: 'FIRING' },
  { what: 'the name of a worker', pattern: /\b[\w.-]+-\d+-[0-9a-f]{6}\b/g, mask: 'WORKER' },
  {
    what: 'the Redis of this machine',
    pattern: /\b([Rr]edis(?:-server)?) \d+\.\d+\.\d+(?: \(\S+\))?/g,
    mask: '$1 VERSION',
  },
  {
    what: 'any port where that of the console is taken',
    pattern: /(?<=console http:\/\/127\.0\.0\.1:)\d+/g,
    mask: 'PORT',
  },
  { what: 'whether the page of the console is built here', pattern: /; its page is not built here, .*$/gm, mask: '' },
  { what: 'widths of columns', pattern: /[ \r]+/g, mask: ' ' },
  { what: 'what tables end their lines with', pattern: / $/gm, mask: '' },
];

const masked = (text: string): string =>
  MASKS.reduce((left, { pattern, mask }) => left.replace(pattern, mask), text).trim();

/** Whether `out` is what a page prints. A line `…` stands for lines that it leaves out, `…` within a line for the rest of a text. */
export function isPrinted(printed: string, out: string, { whole }: { whole: boolean }): boolean {
  const lines = masked(printed)
    .split('\n')
    .map((line) => (line.trim() === '…' ? LINES : escaped(line).replaceAll('…', '.*')));
  const pattern = lines.join('\n').replaceAll(`\n${LINES}`, `(?:\n.*)*`).replaceAll(`${LINES}\n`, `(?:.*\n)*`);
  return new RegExp(`^${pattern}$`, whole ? '' : 'm').test(masked(out));
}

const LINES = '\u0000';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Both as they are compared, for the eye. */
export const beside = (printed: string, out: string): string =>
  `the page says:\n${masked(printed)}\n--- and this came:\n${masked(out)}`;
