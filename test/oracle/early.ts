import type { EventNode } from './state.ts';

const EARLY_MS = 30 * 60_000;
const MOST_TIMES = 100;

/**
 * Rules 6, `early`: puts the time of an expected event among those remembered for its key. What happened in the same span of `within`
 * is thinned out to the first and the last `threshold` times.
 * Reading: threshold 0 remembers as threshold 1 does; P0 and P1 ask whether there is one at all.
 */
export function remember(node: EventNode, text: string, t: number, asOf: number): void {
  const { withinMs: w, threshold } = node.trigger;
  const known = node.early.get(text);
  const times = [...(known?.times ?? []), t].sort((a, b) => a - b);
  const span = Math.floor(t / w);
  const before = times.filter((time) => Math.floor(time / w) < span);
  const inside = times.filter((time) => Math.floor(time / w) === span);
  const behind = times.filter((time) => Math.floor(time / w) > span);
  const kept = Math.max(threshold, 1);
  const thinned = inside.filter((_, index) => index < kept || index >= inside.length - kept);
  const until = Math.max(known?.until ?? Number.NEGATIVE_INFINITY, Math.max(t, asOf) + EARLY_MS);
  node.early.set(text, { times: [...before, ...thinned, ...behind].slice(-MOST_TIMES), until });
}

/** The remembered times of a key in `[from, to)`, sorted. */
export function earlyTimes(
  node: EventNode,
  text: string,
  asOf: number,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): number[] {
  const early = node.early.get(text);
  if (early === undefined || early.until <= asOf) return [];
  return early.times.filter((time) => time >= from && time < to);
}
