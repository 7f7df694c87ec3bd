import { expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/index.ts';
import { run } from '../cli/run.ts';
import { eventually } from '../support/eventually.ts';
import { hastyClock } from '../support/hasty-clock.ts';
import { logLines } from '../support/log-lines.ts';
import { PrivateServer } from '../support/private-server.ts';

const AUTOMATION = { id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } } as const;

test('after FLUSHALL under a running worker nothing says healthy until somebody acknowledges it, and the worker goes on', async () => {
  const server = await PrivateServer.start();
  onTestFinished(() => server.remove());
  const { logger, lines } = logLines();
  const watchfire = new Watchfire({ redis: server.url, namespace: 'wf', logger, clock: hastyClock(8) });
  onTestFinished(() => watchfire.close());
  const cli = (...argv: string[]) => run([...argv, '-o', 'json'], { env: { REDIS_URL: server.url } });
  const status = async () => {
    const { status, out } = await cli('status', '--engine-only');
    return { status, said: JSON.parse(out.join('\n')) as { healthy: boolean; problems: string[] } };
  };
  await watchfire.put(AUTOMATION);
  await watchfire.startWorker();
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  await eventually('it has fired', async () => (await watchfire.status()).firings === 1);
  await eventually('it is healthy', async () => (await status()).status === 0);
  await eventually('a look is over', () => server.redis.hexists('{wf}:copies', 'mark'));

  await server.redis.flushall();
  const told = await eventually('reports name it', async () => {
    const found = await status();
    return found.said.problems.some((problem) => problem.startsWith('{wf}:*: ')) ? found : null;
  });
  expect(told).toMatchObject({ status: 1, said: { healthy: false } });
  expect(lines.some(({ msg }) => msg.includes('lost state'))).toBe(true);
  const doctor = await cli('doctor');
  expect(doctor.status).toBe(1);
  expect(doctor.out.join('\n')).toContain('{wf}:*: Redis has lost all of its state');

  await watchfire.put(AUTOMATION);
  await eventually('it fires again', async () => {
    await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    return (await watchfire.status()).firings > 0;
  });
  expect((await status()).status).toBe(1);
  await cli('doctor', '--acknowledge');
  expect(await status()).toMatchObject({ status: 0, said: { healthy: true, problems: [] } });
});

test('an absence comes although the index of deadlines was deleted', async () => {
  const server = await PrivateServer.start();
  onTestFinished(() => server.remove());
  const watchfire = new Watchfire({ redis: server.url, namespace: 'wf', clock: hastyClock(8) });
  onTestFinished(() => watchfire.close());
  const trigger = { posture: 'Proactive', after: ['on'], expect: ['off'], within: 1 } as const;
  await watchfire.put({ id: 'a', name: 'a', trigger });
  await watchfire.startWorker();
  await watchfire.emit({ event: 'on', resource: { id: 'r' } });
  await eventually('the window is open', () => server.redis.zcard('{wf}:due'));
  await server.redis.del('{wf}:due');
  await eventually('it fires', async () => (await watchfire.status()).firings === 1);
});
