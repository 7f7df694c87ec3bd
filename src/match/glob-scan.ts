import { ANY_RUN, accepts, FIRST_SET, type Program } from './glob-steps.ts';

/** Bits of one word: all arithmetic stays within whole numbers of 32 bits. */
const WORD = 32;

/** Characters whose class stands in a table. */
const TABLE = 128;

/**
 * The same answer as going through value and steps side by side, for where that would take (length of the pattern) × (length of the value)
 * steps. Between two runs stands a stretch of steps that take one code point each. All beginnings of a stretch that are met at a place are
 * bits of a few words, so each code point costs (length of the stretch) / 32 (the algorithm is called Shift-And).
 */
export function scan({ steps, sets }: Program, value: string): boolean {
  const stretches = splitAt(steps, ANY_RUN);
  const [first = [], ...others] = stretches;
  const last = others.pop();
  const start = endOfFirst(first, sets, value);
  if (start === undefined || last === undefined) return start === value.length;
  const end = startOfLast(last, sets, value);
  if (end === undefined || end < start) return false;
  let at: number | undefined = start;
  for (const stretch of others) {
    at = stretch.length === 0 ? at : endOfNext(stretch, sets, value, at, end);
    if (at === undefined) return false;
  }
  return true;
}

type Sets = Program['sets'];

function splitAt(steps: readonly number[], separator: number): number[][] {
  const parts: number[][] = [[]];
  for (const step of steps) {
    if (step === separator) parts.push([]);
    else parts.at(-1)?.push(step);
  }
  return parts;
}

/** Where the first stretch ends, which begins where the value does. */
function endOfFirst(stretch: readonly number[], sets: Sets, value: string): number | undefined {
  let at = 0;
  for (const step of stretch) {
    const point = value.codePointAt(at);
    if (point === undefined || !accepts(step, point, sets)) return undefined;
    at += unitsOf(point);
  }
  return at;
}

/** Where the last stretch begins, which ends where the value does. */
function startOfLast(stretch: readonly number[], sets: Sets, value: string): number | undefined {
  let at = value.length;
  for (const step of stretch.toReversed()) {
    if (at === 0) return undefined;
    const pair = value.codePointAt(at - 2) ?? 0;
    const point = at > 1 && pair > 0xffff ? pair : (value.codePointAt(at - 1) ?? 0);
    if (!accepts(step, point, sets)) return undefined;
    at -= unitsOf(point);
  }
  return at;
}

/** Where the first occurrence of a stretch between `from` and `end` ends. */
function endOfNext(
  stretch: readonly number[],
  sets: Sets,
  value: string,
  from: number,
  end: number,
): number | undefined {
  const classOf = classifier(boundsOf(stretch, sets));
  const masks = new Map<number, Int32Array>();
  const words = Math.ceil(stretch.length / WORD);
  const met = new Int32Array(words);
  const whole = 1 << ((stretch.length - 1) % WORD);
  for (let at = from; at < end; ) {
    const point = value.codePointAt(at) ?? 0;
    at += unitsOf(point);
    const kind = classOf(point);
    const mask = masks.get(kind) ?? maskOf(stretch, sets, point);
    masks.set(kind, mask);
    let carry = 1;
    for (let word = 0; word < words; word += 1) {
      const bits = met[word] ?? 0;
      met[word] = ((bits << 1) | carry) & (mask[word] ?? 0);
      carry = bits >>> (WORD - 1);
    }
    if (((met[words - 1] ?? 0) & whole) !== 0) return at;
  }
  return undefined;
}

/** The steps of a stretch that take this code point, as bits. */
function maskOf(stretch: readonly number[], sets: Sets, point: number): Int32Array {
  const mask = new Int32Array(Math.ceil(stretch.length / WORD));
  for (const [i, step] of stretch.entries()) {
    const word = Math.floor(i / WORD);
    if (accepts(step, point, sets)) mask[word] = (mask[word] ?? 0) | (1 << (i % WORD));
  }
  return mask;
}

/** Code points before which the answer of some step may change, in order: between two of them all are alike. */
function boundsOf(stretch: readonly number[], sets: Sets): readonly number[] {
  const bounds = new Set<number>();
  for (const step of stretch) {
    const ranges = step >= 0 ? [step, step] : (sets[FIRST_SET - step]?.ranges ?? []);
    for (const [i, point] of ranges.entries()) bounds.add(i % 2 === 0 ? point : point + 1);
  }
  return [...bounds].sort((a, b) => a - b);
}

/** Says which class a code point belongs to: how many bounds lie at or before it. */
function classifier(bounds: readonly number[]): (point: number) => number {
  const search = (point: number): number => {
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] ?? 0) <= point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const table = Int32Array.from({ length: TABLE }, (_, point) => search(point));
  return (point) => (point < TABLE ? (table[point] ?? 0) : search(point));
}

function unitsOf(point: number): number {
  return point > 0xffff ? 2 : 1;
}
