const number = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function count(value: number): string {
  return number.format(value);
}

/** So many of something: `1 key`, `2 keys`. @param many the plural, where it is not the word and an s */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** As short as a tile has room for: 12.3K. */
export function compact(value: number): string {
  return value < 10_000 ? number.format(value) : short.format(value);
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** A length of time in at most two units: 1h 5m, 12.3 s, 40 ms. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1_000) return `${Math.round(size)} ms`;
  if (size < 60_000) return `${(size / 1_000).toFixed(size < 9_950 ? 1 : 0)} s`;
  let rest = Math.round(size / 1_000) * 1_000;
  const words: string[] = [];
  for (const [unit, length] of UNITS) {
    const many = Math.floor(rest / length);
    if (many === 0) continue;
    rest -= many * length;
    words.push(`${many}${unit}`);
    if (words.length === 2) break;
  }
  return words.join(' ');
}

export function ago(ms: number, now: number): string {
  const size = now - ms;
  if (Math.abs(size) < 1_500) return 'now';
  return size > 0 ? `${span(size)} ago` : `in ${span(size)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Time of the day here, with ms where they are wanted. */
export function clock(ms: number, fine = false): string {
  const date = new Date(ms);
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return fine ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

/** With its day where that is not today. */
export function moment(ms: number, fine = false): string {
  const date = new Date(ms);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return clock(ms, fine);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(ms, fine)}`;
}

export function iso(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : '';
}

export function bytes(value: number): string {
  if (value < 1_000_000) return `${Math.round(value / 1_000)} kB`;
  return value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

/** When an entry came, by its id, which may name a partition: `7/1795906202819-0`. */
export function timeOfEntry(entry: string): number {
  return Number.parseInt(entry.replace(/^.*\//, ''), 10);
}

/** Labels as one text. */
export function keyText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Characters that turn the direction of a text, or cannot be seen, are written as escapes: no text may look like another. */
export function seen(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) =>
    one === '\n' || one === '\t' ? one : `\\u{${one.codePointAt(0)?.toString(16)}}`,
  );
}
