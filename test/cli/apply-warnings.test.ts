import { Worker } from 'bullmq';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { runIn } from './run.ts';

const ODD = `- id: A
  name: a
  trigger:
    posture: Proactive
    for_each:
      - id
    within: 60
- id: B
  name: b
  trigger: { posture: Reactive, expect: ['^order\\.'] }
`;
const SOUND = 'id: C\nname: c\ntrigger: { posture: Reactive, match: { tier: gold } }\n';

function shop() {
  const namespace = freshNamespace({ permanent: ['*'] });
  const cli = runIn(namespace);
  const apply = (text: string, ...argv: string[]) => cli(['apply', '-', ...argv], { stdin: text });
  return { watchfire: new Watchfire({ redis: testClient(), namespace }), cli, apply };
}

/** As many events as say something, none of which has the label `tier`. */
async function fillLog({ store }: Watchfire): Promise<void> {
  const pipeline = testClient().pipeline();
  for (let i = 0; i < 1_000; i += 1) pipeline.xadd(store.keys.events, '*', 'event', 'x', 'resource.id', 'r');
  await pipeline.exec();
}

test('what can hardly be meant is warned of with file and line, and applied', async () => {
  const { watchfire, apply } = shop();
  const { status, out, err } = await apply(ODD);
  expect({ status, out }).toEqual({ status: 0, out: ['created    a (A)', 'created    b (B)'] });
  expect(err).toEqual([
    expect.stringMatching(/^warning: stdin:5: trigger\.for_each: without "after" each key .*; name in "after"/),
    expect.stringMatching(/^warning: stdin:10: trigger\.expect\[0\]: .* regular expression.*; write "order\.\*"$/),
  ]);
  const again = await apply(ODD, '--dry-run');
  expect([again.out, again.err]).toEqual([
    ['unchanged  a (A)', 'unchanged  b (B)'],
    [...err, 'dry run: nothing was changed'],
  ]);
  expect(await watchfire.list()).toHaveLength(2);
});

test('with --strict a warning is an error, and nothing is applied', async () => {
  const { watchfire, apply } = shop();
  const { status, out, err } = await apply(`${ODD}---\n${SOUND}`, '--strict');
  expect({ status, out, last: err.at(-1) }).toEqual({
    status: 1,
    out: [],
    last: 'watchfire: nothing was changed: 2 problems',
  });
  expect(await watchfire.list()).toEqual([]);
  expect(await apply(SOUND, '--strict')).toMatchObject({ status: 0, err: [] });
});

test('equal names are a warning, which --strict lets pass', async () => {
  const { watchfire, apply } = shop();
  const twin = SOUND.replace('id: C', 'id: D');
  const { status, out, err } = await apply(`${SOUND}---\n${twin}`, '--strict');
  expect({ status, out }).toEqual({ status: 0, out: ['created    c (C)', 'created    c (D)'] });
  expect(err).toEqual(['warning: 2 automations have the name "c", verbs ask for the id: C, D']);
  expect(await watchfire.list()).toHaveLength(2);
});

test('what only the log suggests is a hint, which --strict lets pass', async () => {
  const { watchfire, apply } = shop();
  await fillLog(watchfire);
  const { status, out, err } = await apply(SOUND, '--strict');
  expect({ status, out }).toEqual({ status: 0, out: ['created    c (C)'] });
  expect(err).toEqual([
    'hint: stdin:3: trigger.match.tier: none of the newest 1,000 events carried "tier"; see that the events carry it',
  ]);
});

test('-o json holds the warnings of each change', async () => {
  const { apply } = shop();
  await apply(SOUND);
  const { out, err } = await apply(ODD, '--prune', '-o', 'json');
  const changes = JSON.parse(out.join('\n')) as { id: string; warnings: object[] }[];
  expect(err).toEqual([]);
  expect(changes.map(({ id, warnings }) => [id, warnings])).toEqual([
    ['A', [expect.objectContaining({ grade: 'warning', at: 'stdin:5', place: 'trigger.for_each' })]],
    ['B', [expect.objectContaining({ grade: 'warning', at: 'stdin:10', place: 'trigger.expect[0]' })]],
    ['C', []],
  ]);
});

test('a queue from which nobody takes jobs is warned of until somebody does', async () => {
  const { watchfire, apply, cli } = shop();
  const action = 'actions: [{ type: queue, queue: über uns }]\n';
  const { err } = await apply(SOUND + action);
  expect(err).toEqual([
    expect.stringMatching(
      /^warning: stdin:4: actions\[0\]\.queue: no worker takes jobs from the queue "über uns" now; /,
    ),
  ]);
  expect((await cli(['doctor'])).out).toContainEqual(
    expect.stringMatching(/^warning +automations +"c" \(C\), actions\[0\]\.queue/),
  );
  const connection = { url: inject('redisUrl'), maxRetriesPerRequest: null };
  const worker = new Worker('über uns', async () => undefined, { connection, prefix: watchfire.queuePrefix });
  onTestFinished(() => worker.close());
  await eventually('the worker is seen', async () => (await apply(SOUND + action)).err.length === 0);
});

test('a program is given the warnings of what it puts', async () => {
  const { watchfire } = shop();
  const odd = { id: 'A', name: 'a', trigger: { posture: 'Proactive' as const, threshold: 0 } };
  const { id, warnings } = await watchfire.put(odd);
  expect([id, warnings]).toEqual(['A', [expect.objectContaining({ grade: 'warning', place: 'trigger.threshold' })]]);
  const { warnings: none } = await watchfire.put({ ...odd, trigger: { posture: 'Proactive' as const } });
  expect(none).toEqual([]);
});
