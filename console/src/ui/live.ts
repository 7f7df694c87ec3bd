import { useEffect, useState } from 'preact/hooks';
import type { LiveAnswer } from '../../../src/console/answers.ts';

export type LiveEvent = Extract<LiveAnswer['notes'][number], { kind: 'event' }>;

type Hear = (message: LiveAnswer) => void;

const listeners = new Set<Hear>();
const states = new Set<(on: boolean) => void>();
let source: EventSource | null = null;
let isOn = false;

function setOn(on: boolean): void {
  isOn = on;
  for (const tell of states) tell(on);
}

function open(): void {
  if (source !== null || document.hidden) return;
  source = new EventSource('/api/live');
  source.onopen = () => setOn(true);
  source.onerror = () => setOn(false);
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as LiveAnswer;
    for (const hear of listeners) hear(message);
  };
}

function close(): void {
  source?.close();
  source = null;
  setOn(false);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) close();
  else if (listeners.size > 0 || states.size > 0) open();
});

/** Hears what workers do, as long as the page is shown. */
export function useLive(hear: Hear): void {
  useEffect(() => {
    listeners.add(hear);
    open();
    return () => {
      listeners.delete(hear);
    };
  }, [hear]);
}

/** Whether news come. */
export function useLiveState(): boolean {
  const [on, set] = useState(isOn);
  useEffect(() => {
    states.add(set);
    open();
    return () => {
      states.delete(set);
    };
  }, []);
  return on;
}
