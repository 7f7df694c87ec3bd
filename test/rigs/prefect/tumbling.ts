/** An event as one automation counts it. */
export type Counted = Readonly<{ id: string; atMs: number }>;

export type Count = Readonly<{ threshold: number; withinMs: number }>;

/** How far back the first window of a key reaches (docs/rules.md, R1). */
const REACH_BACK_MS = 900_000;

/** Which events fire an automation that counts one key by tumbling windows, when they are evaluated in this order. */
export function firedBy(events: readonly Counted[], { threshold, withinMs }: Count): string[] {
  const fired: string[] = [];
  let window: { startMs: number; endMs: number; count: number } | null = null;
  for (const { id, atMs } of events) {
    window ??= { startMs: atMs - REACH_BACK_MS, endMs: atMs + withinMs, count: 0 };
    if (atMs < window.startMs) continue;
    if (atMs >= window.endMs) window = { startMs: atMs, endMs: atMs + withinMs, count: 0 };
    window.count += 1;
    if (window.count < threshold) continue;
    fired.push(id);
    const startMs: number = Math.max(window.endMs, atMs);
    window = { startMs, endMs: startMs + withinMs, count: 0 };
  }
  return fired;
}
