import { forgetStored } from './composite.ts';
import { type Firing, makeFiring } from './firing.ts';
import { compareKey, compareText } from './keys.ts';
import { type Bucket, type EventNode, keyText, type Loaded } from './state.ts';
import { FORGET_MS } from './windows.ts';

/** Rules 8.1, with a time `s` (ms) not before the end of the bucket. */
export function settle(node: EventNode, bucket: Bucket, s: number): Firing | null {
  const text = keyText(bucket.key);
  if (bucket.keepUntil !== null && bucket.end > bucket.keepUntil) {
    node.buckets.delete(text);
    return null;
  }
  const { threshold, repeat, after } = node.trigger;
  const fires = bucket.count < threshold && (repeat || !bucket.silent);
  const firing = fires ? absence(node, bucket) : null;
  if (after.length > 0) node.buckets.delete(text);
  else roll(node, bucket, s);
  return firing;
}

function absence(node: EventNode, bucket: Bucket): Firing {
  const { key, start, end, due } = bucket;
  const missing = node.trigger.threshold - bucket.count;
  node.alerts.set(keyText(key), { key, start, missing, forgetAt: due + FORGET_MS });
  bucket.silent = true;
  return makeFiring(node, key, { event: bucket.last, time: end, cause: [start, end, bucket.opener] });
}

/** Windows lie end to end on one grid; those already over at `s` are one with the settled one. */
function roll(node: EventNode, bucket: Bucket, s: number): void {
  const { within } = node.trigger;
  const start = bucket.end + Math.floor((s - bucket.end) / within) * within;
  const end = start + within;
  bucket.start = start;
  bucket.end = end;
  bucket.count = 0;
  bucket.due = Math.max(end, bucket.openedAsOf);
}

export type Due = { readonly loaded: Loaded; readonly node: EventNode; readonly bucket: Bucket };

/** The Proactive bucket to settle first among those with `end` ≤ `asOf` (rules 8.2). */
export function firstDue(enabled: Iterable<Loaded>, asOf: number): Due | null {
  let first: Due | null = null;
  for (const loaded of enabled) {
    for (const node of loaded.nodes) {
      if (node.kind !== 'event' || node.trigger.posture !== 'Proactive') continue;
      for (const bucket of node.buckets.values()) {
        if (bucket.end > asOf) continue;
        const due = { loaded, node, bucket };
        if (first === null || compareDue(due, first) < 0) first = due;
      }
    }
  }
  return first;
}

function compareDue(a: Due, b: Due): number {
  return (
    a.bucket.end - b.bucket.end ||
    compareText(a.node.automationId, b.node.automationId) ||
    a.node.order - b.node.order ||
    compareKey(a.bucket.key, b.bucket.key)
  );
}

/** The second half of catching up: what is over is deleted without a word. */
export function forget(loaded: Loaded, asOf: number): void {
  for (const node of loaded.nodes) {
    if (node.kind === 'composite') {
      for (const [text, group] of node.groups) {
        forgetStored(group, asOf);
        if (group.stored.size === 0) node.groups.delete(text);
      }
      continue;
    }
    // Whatever is opened or told is kept beyond the as_of at which it is: there is nothing new to be forgotten at the same one.
    if (node.forgotAsOf === asOf) continue;
    node.forgotAsOf = asOf;
    for (const [text, bucket] of node.buckets) {
      if (bucket.keepUntil !== null && bucket.keepUntil <= asOf) node.buckets.delete(text);
    }
    for (const [text, alert] of node.alerts) if (alert.forgetAt <= asOf) node.alerts.delete(text);
  }
}
