import type { Redis } from 'ioredis';
import type { DeliveryState } from '../../model/delivery.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['noted', 'told'] as const;
const script = loadScript('note-delivery', { words: WORDS });

/** `record`, `event`: as JSON; without event nobody hears of it. `dropped`: nothing is kept. */
export type DeliveryNote = Readonly<{
  job: string;
  state: DeliveryState | 'dropped';
  record: string;
  event: string | null;
}>;

/** Notes how far a delivery is; see lua/note-delivery.lua. `told`: an event of it is in the log now, since somebody listens. */
export async function noteDelivery(
  redis: Redis,
  store: Store,
  { job, state, record, event }: DeliveryNote,
): Promise<{ word: (typeof WORDS)[number]; entry: string }> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { job, state, record, event: event ?? '', now_ms: store.virtualNow() },
  });
  const [word, entry = ''] = answerOf('note-delivery', WORDS, answer);
  return { word, entry };
}
