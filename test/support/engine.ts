import { expect, inject, onTestFinished } from 'vitest';
import { type AutomationDocument, type TriggerDocument, Watchfire, type WatchfireOptions } from '../../src/index.ts';
import { freshNamespace } from './namespace.ts';
import { ENGINE_KEYS } from './world.ts';

/** An engine on the test server in a namespace of its own, closed when the test is over. */
export function engine(options: WatchfireOptions = {}): Watchfire {
  const namespace = options.namespace ?? freshNamespace({ permanent: [...ENGINE_KEYS, 'bull:*'] });
  const watchfire = new Watchfire({ redis: inject('redisUrl'), ...options, namespace });
  onTestFinished(() => watchfire.close());
  return watchfire;
}

/** An automation that fires for every failed order. */
export function reactive(id: string, more: object = {}): AutomationDocument {
  const trigger: TriggerDocument = { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'] };
  return { id, name: `Automation ${id}`, trigger, actions: [{ type: 'call' }], ...more };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.unreachable('was accepted'),
    (error: unknown) => error,
  );
}
