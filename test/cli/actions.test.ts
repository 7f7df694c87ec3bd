import { expect, inject, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { fileOf } from '../reactions/shop.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { receiver } from '../support/receiver.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { run, runIn } from './run.ts';

test.each([[['actions']], [['worker', '--actions']]])(
  '%j carries out what fires, and stops when it is asked to',
  async (argv) => {
    const namespace = freshNamespace({ permanent: ENGINE_KEYS });
    const watchfire = new Watchfire({ redis: inject('redisUrl'), namespace });
    onTestFinished(() => watchfire.close());
    await watchfire.put({
      id: 'a',
      name: 'A',
      trigger: { posture: 'Reactive', expect: ['x'] },
      actions: [{ type: 'notify', target: 'ops' }],
    });
    if (argv.length === 1) await watchfire.startWorker();
    const { url, received } = await receiver();
    const file = fileOf(`targets: { ops: { kind: slack, url: "${url}/s3cret-path" } }`);
    const stopping = new AbortController();
    let said = '';
    const running = runIn(namespace)([...argv, '--targets', file], {
      signal: stopping.signal,
      onOut: (line) => {
        said += line;
      },
    });
    await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    await eventually('the message came', () => received.length > 0);
    // What is under way when it is asked to stop has some seconds to end: a busy machine may need longer.
    await eventually('it says so', () => said.includes('action carried out'));
    stopping.abort();
    const { status, out } = await running;
    expect(status).toBe(0);
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ msg }) => msg)).toContain('actions started');
    expect(lines.find(({ msg }) => msg === 'action carried out')).toMatchObject({
      automation: 'a',
      firing: expect.any(String),
      job: expect.any(String),
      subject: 'deliveries',
    });
    expect(out.join('\n')).not.toContain('s3cret');
  },
);

test.each<[string[], RegExp]>([
  [['--targets', '/no/such/file'], /^watchfire: targets file: cannot read \/no\/such\/file: ENOENT/],
  [['--allow-net', '10.0.0.0/99'], /^watchfire: allow-net: must be a network like 10\.1\.0\.0\/16/],
  [['--concurrency', 'many'], /^watchfire: --concurrency: must be a whole number from 1 to 1000 \(found "many"\)$/],
])('with %j it does not start', async (argv, reason) => {
  const { status, err } = await run(['actions', '--redis', inject('redisUrl'), ...argv]);
  expect(status).toBeGreaterThan(0);
  expect(err[0]).toMatch(reason);
});
