import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Watchfire } from '../../src/engine.ts';
import { Actions } from '../../src/reactions/actions.ts';
import { actionsOf } from '../../src/reactions/parts.ts';
import { Connections } from '../../src/redis/connection.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { receiver } from '../support/receiver.ts';
import { ENGINE_KEYS } from '../support/world.ts';

/** A program that carries out actions, and the end of its connections, as when it dies. */
function program(watchfire: Watchfire, logger = pino({ level: 'silent' })) {
  const connections = new Connections(inject('redisUrl'), logger);
  onTestFinished(() => connections.close());
  const connection = connections.forJobs('deliveries');
  const parts = actionsOf(
    { allowNet: ['127.0.0.1'] },
    {
      redis: connections.redis,

      store: watchfire.store,
      clock: systemClock,
      logger,
      lines: logger,
      admit: () => null,
      handlers: new Map(),
    },
  );
  const actions = new Actions({ ...parts, connection, lockMs: 300 });
  onTestFinished(() => actions.stop());
  return { actions, die: connection.end };
}

test('what a program that died had begun another one delivers, under the same id, however often that happens', async () => {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: inject('redisUrl'), namespace });
  onTestFinished(() => watchfire.close());
  const { url, received } = await receiver((response, _, count) => void (count > 3 && response.end()));
  await watchfire.put({
    id: 'a',
    name: 'A',
    trigger: { posture: 'Reactive', expect: ['x'] },
    actions: [{ type: 'webhook', url, timeout: 60, retry: { attempts: 1 } }],
  });
  await watchfire.startWorker();
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  for (let deaths = 1; deaths <= 3; deaths += 1) {
    const { actions, die } = program(watchfire);
    await actions.ready();
    await eventually('the receiver got it', () => received.length >= deaths);
    die();
  }
  const { actions } = program(watchfire);
  await actions.ready();
  await eventually('it is delivered', async () => {
    const depth = (await watchfire.queueDepths(['deliveries'])).get('deliveries');
    return depth?.completed === 1 && depth.failed === 0;
  });
  expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});
