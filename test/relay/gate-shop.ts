import type { TriggeredAction } from '../../src/documents/got.ts';
import type { GateMark } from '../../src/model/gate-mark.ts';
import { outcomesOf } from '../../src/redis/outcomes.ts';
import { addSilence } from '../../src/redis/steps/add-silence.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { automation, NOW, type Shop, waitingIn, workshop } from './relay-shop.ts';

export const MINUTE = 60_000;
export const notify = { type: 'notify', target: 'ops' };

/** A relay whose gate has a time of its own, and an automation with more or other keys. */
export async function gate(document: object = {}) {
  const time = { now: NOW };
  const shop = await workshop({ at: () => time.now });
  await shop.put(1, { ...automation, actions: [notify], ...document });
  const relay = shop.relayOf('w1');
  const later = async (ms: number, other: Relay = relay) => {
    time.now += ms;
    shop.clock.advance(ms);
    return await other.runOnce();
  };
  const marks = async (id: string) => (await outcomesOf(shop.redis, shop.store, [id]))[0] ?? [];
  const deliveries = () => waitingIn(shop, 'deliveries');
  return { time, shop, relay, later, marks, deliveries };
}

export const key = (id: string) => ({ labels: JSON.stringify({ id }) });
export const whats = (marks: readonly GateMark[]): string[] => marks.map(({ what }) => what);

export async function jobIn(shop: Shop, id: string): Promise<TriggeredAction> {
  const job = await shop.queueOf('deliveries').getJob(id);
  return job?.data as TriggeredAction;
}

export const silence = (shop: Shop, parts: object = {}) =>
  addSilence(shop.redis, shop.store, {
    id: 's-1',
    said: JSON.stringify({ automation: 'a1', labels: {}, reason: 'deployment', by: 'ana', ...parts }),
    forMs: MINUTE,
  });
