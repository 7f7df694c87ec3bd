import type { EventNode } from './state.ts';

const RECENT_MS = 30 * 60_000;

/** Remembers the newest t of events that meet `reset` or `resolve.on` (rules 17.5, 17.6). */
export function rememberRecent(node: EventNode, text: string, t: number, asOf: number): void {
  const known = node.recent.get(text);
  const until = Math.max(known?.until ?? Number.NEGATIVE_INFINITY, Math.max(t, asOf) + RECENT_MS);
  node.recent.set(text, { t: Math.max(known?.t ?? t, t), until });
}

export function recentTime(node: EventNode, text: string, asOf: number): number | null {
  const known = node.recent.get(text);
  return known === undefined || known.until <= asOf ? null : known.t;
}
