import { compileGlob } from '../../../../src/match/glob.ts';
import { type Attack, mustHold } from '../attack.ts';

/** A quarter of the largest label value that a document can hold. */
const LENGTH = 350_000;

/** Patterns of the longest kind that nearly match at every place. */
const PATTERNS: readonly string[] = [
  `*${'a'.repeat(1_000)}?b*`,
  `*${'[a-b]'.repeat(200)}c*`,
  `*${'a?'.repeat(500)}b*`,
  `*${'a*'.repeat(500)}b`,
  `*${'a?*'.repeat(300)}b?c`,
  `!*${'a'.repeat(500)}b*${'a'.repeat(500)}c*`,
];

/** Time of the processor for all of them. Going through value and pattern side by side takes 4 s and more for each of the first three. */
const BOUND_MS = 6_000;

export const attack: Attack = {
  by: 'writer of automations',
  what: 'has a worker compare a large label with patterns that nearly match at each of its characters',
  run: async () => {
    const value = 'a'.repeat(LENGTH);
    const started = process.cpuUsage();
    for (const pattern of PATTERNS) mustHold('no wrong match', compileGlob(pattern)(value) === pattern.startsWith('!'));
    const tookMs = Math.round(process.cpuUsage(started).user / 1_000);
    mustHold(`all compared within ${BOUND_MS} ms (${tookMs} ms)`, tookMs < BOUND_MS);
    return `${PATTERNS.length} patterns of 1,000 characters on ${LENGTH} characters took ${tookMs} ms`;
  },
};
