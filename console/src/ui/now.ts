import { useEffect, useState } from 'preact/hooks';

/** How often texts like `5m ago` are renewed. */
const TICK_MS = 1_000;

const listeners = new Set<(now: number) => void>();

window.setInterval(() => {
  if (document.hidden) return;
  const now = Date.now();
  for (const tell of listeners) tell(now);
}, TICK_MS);

/** The present. What asks for it is drawn again each second, and nothing else. */
export function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    listeners.add(set);
    return () => {
      listeners.delete(set);
    };
  }, []);
  return now;
}

/** A value, as soon as it has stood for a while: what a person types is asked for when they pause. */
export function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => set(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
