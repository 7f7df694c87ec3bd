import { median } from '../measure.ts';
import { firingsOf, type Size } from './load.ts';

/** What a system was heard to say at some time, the processor time of all its processes up to then, and how often it had fired. */
export type Heard = Readonly<{ at: string; fired: number; ms: number; processorMs: number }>;

/** Events a second, and µs of processor time an event. */
export type Speed = Readonly<{ rate: number; processor: number }>;

/** What a system beside Watchfire gave, and the medians of Watchfire's speed divided by its own in the same round. */
export type Beside = Readonly<{ speed: Speed; ratio: Speed }>;

/** The line that a program of this folder prints: `{"at":"warm","fired":10}`. Anything else is a remark of the system. */
export function spoken(line: string): Pick<Heard, 'at' | 'fired'> | undefined {
  try {
    const { at, fired } = JSON.parse(line) as Record<string, unknown>;
    return typeof at === 'string' && typeof fired === 'number' ? { at, fired } : undefined;
  } catch {
    return undefined;
  }
}

/** The line of a complaint that names the error: the first, where Java, Python and Maven each put what came of it below. */
export function gist(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => /^\S/.test(line));
  return lines.find((line) => /exception|error/i.test(line)) ?? lines.at(-1) ?? 'it says nothing';
}

/**
 * The speed between `warm` and `end`.
 *
 * @throws Error when the number of firings is not what the load must give: then the figures mean nothing
 */
export function speedOf(heard: readonly Heard[], { warm, events }: Size): Speed {
  const [from, to, done] = ['warm', 'end', 'done'].map((word) => heard.find(({ at }) => at === word));
  const must = firingsOf(warm + events);
  const fired = done?.fired ?? heard.at(-1)?.fired ?? 0;
  if (done === undefined) throw new Error(`it ended before it was done, with ${fired} of ${must} firings`);
  if (fired !== must) throw new Error(`${fired} firings instead of ${must}`);
  if (from === undefined || to === undefined) throw new Error('it did not say when it began and ended');
  return {
    rate: (events / (to.ms - from.ms)) * 1_000,
    processor: ((to.processorMs - from.processorMs) / events) * 1_000,
  };
}

export function medianSpeed(speeds: readonly Speed[]): Speed {
  return {
    rate: median(speeds.map(({ rate }) => rate)),
    processor: median(speeds.map(({ processor }) => processor)),
  };
}

/** Compares round by round: what else the machine did then fell on both. */
export function besides(own: readonly Speed[], others: readonly Speed[]): Beside {
  const ratios = others.map((other, round) => {
    const mine = own[round];
    if (mine === undefined) throw new Error(`round ${round + 1} has no figure of Watchfire's`);
    return { rate: mine.rate / other.rate, processor: mine.processor / other.processor };
  });
  return { speed: medianSpeed(others), ratio: medianSpeed(ratios) };
}
