/** Texts that are longer are not compared: the work grows with the product of two lengths. */
const COMPARED_LENGTH = 100;

/** The text that differs least from another one, by at most two characters and a third of it; null for none. */
export function mostSimilar(text: string, others: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.min(2, Math.floor(text.length / 3)) + 1;
  if (text.length > COMPARED_LENGTH) return null;
  for (const other of others) {
    if (Math.abs(other.length - text.length) >= least) continue;
    const found = distance(text, other);
    if (found < least) [best, least] = [other, found];
  }
  return best;
}

/** How many characters have to be added, removed or replaced, or two neighbours swapped. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let i = 1; i <= other.length; i += 1) {
      const same = one[at - 1] === other[i - 1];
      const swapped = one[at - 1] === other[i - 2] && one[at - 2] === other[i - 1];
      next.push(
        Math.min(
          (row[i - 1] ?? 0) + (same ? 0 : 1),
          (row[i] ?? 0) + 1,
          (next[i - 1] ?? 0) + 1,
          swapped ? (before[i - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[other.length] ?? 0;
}
