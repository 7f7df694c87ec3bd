/** Members as pairs low, high of code points. A reversed range leaves no pair. */
export type CharacterSet = { negated: boolean; ranges: readonly number[] };

/** A step is a code point that stands for itself, one of the two wildcards, or `FIRST_SET` minus the index of a set. */
export type Program = { steps: readonly number[]; sets: readonly CharacterSet[] };

export const ANY_CHARACTER = -1;
export const ANY_RUN = -2;
export const FIRST_SET = -3;

/** Whether a step that is no run takes this code point. */
export function accepts(step: number, point: number, sets: readonly CharacterSet[]): boolean {
  if (step >= 0) return step === point;
  if (step === ANY_CHARACTER) return true;
  const set = sets[FIRST_SET - step];
  return set !== undefined && isInSet(set, point);
}

/** Whether a set stands for this code point. */
export function isInSet(set: CharacterSet, point: number): boolean {
  return set.negated !== isMember(set.ranges, point);
}

function isMember(ranges: readonly number[], point: number): boolean {
  for (let pair = 0; pair < ranges.length; pair += 2) {
    if (point >= (ranges[pair] ?? 0) && point <= (ranges[pair + 1] ?? 0)) return true;
  }
  return false;
}
