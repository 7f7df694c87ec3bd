import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { parseWindowText, type WindowText } from './window-text.ts';

/** Keys read at a time: some 4 ms of Redis. With a thousand, all keys together cost a third more. */
const PAGE = 4_000;

/** A key with an alert. */
export type AlertText = Readonly<{ key: string; alert: NonNullable<WindowText['alert']> }>;

/** The keys of a trigger, by its state name, that have an alert. All of its keys are gone through, page by page. */
export async function* alertsOfTrigger(redis: Redis, store: Store, name: string): AsyncGenerator<AlertText> {
  const seen = new Set<string>();
  for (let cursor = '0'; ; ) {
    const [next, flat] = await redis.hscan(store.prefixes.windows + name, cursor, 'COUNT', PAGE);
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const [key = '', text = ''] = [flat[at], flat[at + 1]];
      const alert = alertIn(text);
      // A key can come twice while others are written.
      if (alert === null || seen.has(key)) continue;
      seen.add(key);
      yield { key, alert };
    }
    cursor = next;
    if (cursor === '0') return;
  }
}

/** The same of one key: at most one. */
export async function alertsOfKey(redis: Redis, store: Store, name: string, key: string): Promise<AlertText[]> {
  const alert = alertIn((await redis.hget(store.prefixes.windows + name, key)) ?? '');
  return alert === null ? [] : [{ key, alert }];
}

function alertIn(text: string): WindowText['alert'] {
  return text.includes('alert ') ? parseWindowText(text).alert : null;
}
