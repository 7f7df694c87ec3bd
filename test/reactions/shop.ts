import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Job, Queue } from 'bullmq';
import { inject, onTestFinished } from 'vitest';
import type { TriggeredAction } from '../../src/documents/got.ts';
import { Watchfire } from '../../src/engine.ts';
import type { ActionsOptions } from '../../src/reactions/reactor.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

/** A file for the test alone. */
export function fileOf(text: string, name = 'targets.yaml'): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-targets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

export type Shop = Awaited<ReturnType<typeof shop>>;

/** An engine with a worker that carries out the actions of one automation, which fires at every event `x`. */
export async function shop(document: object, targets: object = {}, more: Partial<ActionsOptions> = {}) {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: inject('redisUrl'), namespace });
  onTestFinished(() => watchfire.close());
  const trigger = { posture: 'Reactive', expect: ['x'], for_each: ['id'] };
  await watchfire.put({ id: 'a', name: 'An automation', trigger, ...document } as never);
  await watchfire.startWorker();
  const file = fileOf(JSON.stringify({ targets }));
  await watchfire.startActions({ targets: file, ...more });
  const queue = new Queue('deliveries', { connection: testClient(), prefix: watchfire.queuePrefix });
  onTestFinished(() => queue.close());
  return {
    watchfire,
    namespace,
    queue,
    file,
    fire: async (id = 'customer.7', payload: object = { total: 12 }): Promise<void> => {
      await watchfire.emit({ event: 'x', resource: { id }, payload } as never);
    },
    /** The jobs of a state, as soon as there are so many. */
    jobs: async (state: 'completed' | 'failed' | 'delayed', count = 1): Promise<Job<TriggeredAction>[]> =>
      await eventually(`${count} jobs are ${state}`, async () => {
        const found: Job<TriggeredAction>[] = await queue.getJobs([state]);
        return found.length >= count ? found : null;
      }),
  };
}
