import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Watchfire } from '../../src/engine.ts';
import { announce } from '../../src/redis/steps/announce.ts';
import { eventually } from '../support/eventually.ts';
import { shop } from './shop.ts';

const document = { id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } } as const;

/** Firings of the millisecond of an announcement are not its own yet. */
async function announced(watchfire: Watchfire): Promise<void> {
  const from = await watchfire.serverTimeMs();
  await eventually('time has gone on', async () => (await watchfire.serverTimeMs()) > from + 1);
}

describe('a type of a program', () => {
  const schema = z.strictObject({ type: z.literal('page'), team: z.string() });

  test('is carried out by it, and its documents are checked when they are put', async () => {
    const { fire, jobs, watchfire } = await shop({ name: 'Nothing yet' });
    const got: unknown[] = [];
    await watchfire.handle('page', schema, ({ id, action }) => {
      got.push([id, action.team]);
      return 'paged';
    });
    await expect(watchfire.put({ ...document, actions: [{ type: 'page', team: 5 }] })).rejects.toThrow(
      /^actions\[0\]\.team: /,
    );
    await watchfire.put({ ...document, actions: [{ type: 'page', team: 'db' }] });
    await announced(watchfire);
    await fire();
    const [job] = await jobs('completed');
    expect(got).toEqual([[job?.id, 'db']]);
    expect(job?.returnvalue).toEqual({ answer: 'paged' });
  });

  test('that Watchfire has itself is refused', async () => {
    const { watchfire } = await shop({});
    await expect(watchfire.handle('webhook', {}, () => 0)).rejects.toThrow('type: is one of Watchfire itself');
    await expect(watchfire.handle('own', { type: 'nonsense' }, () => 0)).rejects.toThrow(
      /^schema: must be a JSON Schema/,
    );
  });

  test('whose handler takes too long is tried again, and the handler hears of it', async () => {
    const { fire, jobs, watchfire } = await shop({ name: 'Nothing yet' });
    const aborted: boolean[] = [];
    await watchfire.handle('page', schema, async ({ signal }) => {
      if (aborted.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted.push(signal.aborted);
    });
    await announced(watchfire);
    const action = { type: 'page', team: 'db', timeout: 0.2, retry: { delay: 0 } } as const;
    await watchfire.put({ ...document, actions: [action] });
    await fire();
    const [job] = await jobs('completed');
    expect(job?.stacktrace).toEqual(['timed out']);
    await eventually('both tries are over', () => aborted.length === 2);
    expect(aborted).toEqual([true, false]);
  });

  test('that another program carries out is left to that one, and no try is lost', async () => {
    const { fire, jobs, watchfire } = await shop({ name: 'Nothing yet' });
    await announce(watchfire.connections.redis, watchfire.store, 'page', {});
    await announced(watchfire);
    await watchfire.put({ ...document, actions: [{ type: 'page', team: 'db' }] });
    await fire();
    const [job] = await jobs('delayed');
    expect([job?.attemptsMade, job?.delay]).toEqual([0, expect.any(Number)]);
    expect(job?.delay).toBeLessThanOrEqual(5_000);
  });

  test('whose job has another form than its handler takes fails for good, and the handler does not see it', async () => {
    const { fire, jobs, watchfire } = await shop({ name: 'Nothing yet' });
    let seen = 0;
    await announce(watchfire.connections.redis, watchfire.store, 'page', {});
    await announced(watchfire);
    await watchfire.put({ ...document, actions: [{ type: 'page', team: 5 }] });
    await watchfire.handle('page', schema, () => {
      seen += 1;
    });
    await fire();
    expect((await jobs('failed'))[0]?.failedReason).toMatch(/^action 0\.team: /);
    expect(seen).toBe(0);
  });
});
