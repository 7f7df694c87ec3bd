import { expect, test } from 'vitest';
import { fileOf } from '../reactions/shop.ts';
import { receiver } from '../support/receiver.ts';
import { World } from '../support/world.ts';
import { run, runIn } from './run.ts';

test('targets are listed by name and kind, without a value', async () => {
  const file = fileOf(
    'targets: { ops: { kind: slack, url: "https://x.example/s3cret" }, on-call: { kind: pagerduty, routing_key: k } }',
  );
  const { status, out, err } = await run(['targets', '--targets', file]);
  expect({ status, out, err }).toEqual({ status: 0, out: ['ops      slack', 'on-call  pagerduty'], err: [] });
  const json = await run(['targets', 'ls', '-o', 'json', '--targets', file]);
  expect(JSON.parse(json.out.join(''))).toEqual([
    { name: 'ops', kind: 'slack' },
    { name: 'on-call', kind: 'pagerduty' },
  ]);
});

test('a test sends one message, and says whether it was taken', async () => {
  const { url, received } = await receiver((response, _, count) => {
    response.statusCode = count === 1 ? 200 : 403;
    response.end();
  });
  const file = fileOf(`targets: { ops: { kind: slack, url: "${url}/s3cret-path" } }`);
  const first = await run(['targets', 'test', 'ops', '--targets', file]);
  expect(first).toMatchObject({ status: 0, out: ['ops (slack) took the message'], err: [] });
  expect(received[0]?.body).toContain('Test of Watchfire');
  const second = await run(['targets', 'test', 'ops', '--targets', file]);
  expect(second).toMatchObject({ status: 1, out: [] });
  expect(second.err).toEqual([`watchfire: ops (slack) did not take the message: ${new URL(url).host} answered 403`]);
});

test.each<[string[], RegExp]>([
  [['targets'], /^watchfire: targets: needs the targets file, by --targets or WATCHFIRE_TARGETS$/],
  [['targets', 'send', '--targets', 'FILE'], /^watchfire: targets: knows ls and test \(found "send"\)$/],
  [['targets', 'test', '--targets', 'FILE'], /^watchfire: targets test: needs the name of one target$/],
  [['targets', 'test', 'other', '--targets', 'FILE'], /^watchfire: target: must be one of ops/],
  [['targets', '--targets', '/no/such/file'], /^watchfire: targets file: cannot read \/no\/such\/file: ENOENT/],
])('%j is refused', async (args, reason) => {
  const file = fileOf('targets: { ops: { kind: slack, url: "https://x.example/" } }');
  const { status, err } = await run(args.map((arg) => (arg === 'FILE' ? file : arg)));
  expect(status).toBeGreaterThan(0);
  expect(err[0]).toMatch(reason);
});

test('apply warns of targets that the file does not have', async () => {
  const world = await World.claimed();
  const trigger = { posture: 'Reactive', expect: ['x'] };
  const actions = [
    { type: 'notify', target: 'ops' },
    { type: 'notify', target: 'nobody' },
    { type: 'call-webhook', block_document_id: 'b-1', payload: 'x' },
  ];
  const document = fileOf(JSON.stringify({ id: 'a', name: 'A', trigger, actions }), 'a.json');
  const file = fileOf('targets: { ops: { kind: slack, url: "https://x.example/" } }');
  const { err } = await runIn(world.namespace)(['apply', document, '--dry-run', '--targets', file]);
  const missing = err.filter((line) => line.includes('targets file'));
  expect(missing).toEqual([
    expect.stringContaining('actions[1].target: the targets file has no target "nobody"; put it there'),
    expect.stringContaining('actions[2].block_document_id: the targets file names no target for the block "b-1"'),
  ]);
});
