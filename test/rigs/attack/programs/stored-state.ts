import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const AUTOMATION = { id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } } as const;

/** Values that nobody but the engine should write, and what is to be said of them. */
const DOCUMENTS: readonly string[] = ['not json', '7', '{}', `${'['.repeat(50_000)}`, '{"id":"a","name":"a"}'];

export const attack: Attack = {
  by: 'user with a worker’s rights',
  what: 'writes over definitions and signs of life; workers and reports must say which key it was and go on after it',
  run: async () => {
    const server = await PrivateServer.start();
    const { redis } = server;
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    try {
      await watchfire.put(AUTOMATION);
      const worker = await watchfire.startWorker();
      for (const document of DOCUMENTS) {
        await redis.hset('{wf}:automations', 'a', document);
        // A worker may have mended it before it was asked.
        const said = await watchfire.list().then((all) => `${all.length} mended`, String);
        const known = said === '1 mended' || said.includes('{wf}:automations, field "a"');
        mustHold(`the key is named (${said})`, known);
        await watchfire.put(AUTOMATION);
        mustHold('put mends it', (await watchfire.list()).length === 1);
      }
      await redis.hset('{wf}:plans', 'a', '{"revision":"x"}');
      await redis.zadd('{wf}:workers', Date.now(), 'w');
      await redis.hset('{wf}:worker:w', { paused: 'not json', pid: 'x' });
      await redis.pexpire('{wf}:worker:w', 9_000);
      mustHold('status answers', (await watchfire.status()).workers.length >= 1);
      await redis.hset('{wf}:quotas', 'windows', 'abc');
      mustHold(
        'a quota that is no number is the default, as for the scripts',
        (await watchfire.quotas()).limits.windows > 0,
      );
      await redis.xadd('{wf}:dead', '18446744073709551614-1', 'source', 'x', 'fields', '{}');
      mustHold('a dead letter of others is shown', (await watchfire.deadLetters()).length === 1);
      await watchfire.delete('a');
      await watchfire.put(AUTOMATION);
      const { id } = await watchfire.emit({ event: 'x', resource: { id: 'r' } });
      await eventually('the worker goes on', async () =>
        (await watchfire.firings()).firings.some(({ firing }) => firing.event?.id === id),
      );
      await worker.stop();
      return `${DOCUMENTS.length + 4} values were told with their key, and the worker went on`;
    } finally {
      await watchfire.close();
      await server.remove();
    }
  },
};
