import { once } from 'node:events';
import { describe, expect, inject, test } from 'vitest';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';
import { ended, run, start } from './run.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 2, 2, 9, 0, second)).toISOString();

const failures = {
  id: 'A',
  name: 'a',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 60, for_each: ['id'] },
};

const x = (second: number, id: string): object => ({
  at: at(second),
  event: { id, event: 'x', resource: { id: 'r' } },
});

/** A scenario that fires once, at its second step. */
function scenario(name: string): object {
  return { name, automations: [failures], timeline: [x(0, 'e1'), x(1, 'e2'), { at: at(2), tick: true }] };
}

function answerTo(name: string): object {
  const fired = { step: 1, automation: 'A', labels: { id: 'r' }, event: 'e2', children: 0, state: 'triggered' };
  return { name, firings: [{ ...fired, triggered: at(1) }] };
}

async function simulate(lines: readonly (object | string)[], redis = true, ...more: string[]) {
  const stdin = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  const own = redis ? ['--redis', inject('adminUrl')] : [];
  const { status, out, err } = await run(['simulate', '-', ...own, ...more], { stdin });
  return { status, err, answers: out.map((line): unknown => JSON.parse(line)) };
}

/** Keys of simulations, on a server of its own: on that of all tests others simulate too. */
async function leftovers({ redis }: PrivateRedis): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of redis.scanStream({ match: '{scratch-*' })) found.push(...(keys as string[]));
  return found;
}

test('scenarios are answered in their order, one line for each, and nothing is left behind', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `s${i}`);
  const server = await privateRedis();
  const stdin = names.map((name) => `${JSON.stringify(scenario(name))}\n`);
  const { status, err, out } = await run(['simulate', '-', '--redis', server.url], { stdin });
  expect({ status, err }).toEqual({ status: 0, err: [] });
  expect(out.map((line): unknown => JSON.parse(line))).toEqual(names.map(answerTo));
  expect(await leftovers(server)).toEqual([]);
});

test('refused events and invalid automations are answers', async () => {
  const refused = {
    name: 'refused',
    automations: [],
    timeline: [{ at: at(0), event: { id: 'e', event: 'x' } }, x(1, 'e1')],
  };
  const invalid = {
    name: 'invalid',
    automations: [failures],
    timeline: [{ at: at(0), put: { ...failures, trigger: { ...failures.trigger, threshold: -1 } } }],
  };
  const { status, answers, err } = await simulate([refused, invalid]);
  expect(status).toBe(0);
  expect(err).toEqual(['watchfire: stdin:2: timeline[0].put: trigger.threshold: must be a whole number, 0 or more']);
  expect(answers).toEqual([
    { name: 'refused', firings: [], refused: [{ step: 0, reason: expect.stringMatching(/^resource: /) }] },
    { name: 'invalid', invalid: 'trigger.threshold: must be a whole number, 0 or more' },
  ]);
});

test('a bad line is reported with its number, and the others are answered all the same', async () => {
  const badTime = { name: 'b', timeline: [{ at: 'noon' }] };
  const badKey = { name: 'c', timeline: [{ at: '2026-03-02T09:00:00Z', tik: true }] };
  const lines = [scenario('one'), '', '{"name":', badTime, { timeline: [] }, '[]', scenario('two'), badKey];
  const { status, err, answers } = await simulate(lines);
  expect(answers).toEqual([answerTo('one'), answerTo('two')]);
  expect(err).toEqual([
    expect.stringMatching(/^watchfire: stdin:3: line: is not JSON/),
    'watchfire: stdin:4: timeline[0].at: must be a timestamp (found "noon")',
    'watchfire: stdin:5: name: is required',
    expect.stringMatching(/^watchfire: stdin:6: scenario: must be an object/),
    expect.stringMatching(/^watchfire: stdin:8: timeline\[0\]\.tik: unknown key/),
  ]);
  expect(status).toBe(1);
});

test('a timeline that goes back is no scenario', async () => {
  const back = { name: 'back', timeline: [x(5, 'e1'), x(5, 'e2'), x(3, 'e3')] };
  const early = { name: 'early', start: at(4), timeline: [x(3, 'e1')] };
  const { status, err, answers } = await simulate([back, early]);
  expect({ status, answers }).toEqual({ status: 1, answers: [] });
  expect(err).toEqual([
    `watchfire: stdin:1: timeline[2].at: must not be before timeline[1] (${at(5)}) (found "${at(3)}")`,
    `watchfire: stdin:2: timeline[0].at: must not be before start (${at(4)}) (found "${at(3)}")`,
  ]);
});

test('half a second back is jitter: time stays where the log ends', async () => {
  const half = (second: number): string => at(second).replace('.000Z', '.500Z');
  const timeline = [x(5, 'e1'), { at: half(5), tick: true }, x(5, 'e2'), { ...x(6, 'e3'), at: half(6) }, x(6, 'e4')];
  const { status, answers } = await simulate([{ name: 'jitter', automations: [failures], timeline }]);
  expect(status).toBe(0);
  expect(answers).toEqual([{ name: 'jitter', firings: [expect.objectContaining({ step: 2, event: 'e2' })] }]);
  const late = { name: 'late', timeline: [{ at: half(5) }, { at: at(4) }] };
  expect(await simulate([late])).toMatchObject({ status: 1, answers: [] });
});

describe('an automation in error', () => {
  const wrong = { name: 'w', automations: [{ ...failures, name: '' }], timeline: [] };
  const answer = { name: 'w', invalid: 'name: is required' };

  test('ends a file of a single scenario with status 1', async () => {
    expect(await simulate([wrong])).toEqual({ status: 1, err: [], answers: [answer] });
  });

  test('is named where its scenario has others', async () => {
    const several = { name: 's', automations: [failures, { ...failures, id: 'B', name: '' }], timeline: [] };
    const err = ['watchfire: stdin:1: automations[1]: name: is required'];
    expect(await simulate([several])).toEqual({ status: 1, err, answers: [{ ...answer, name: 's' }] });
  });

  test('that has the id of another makes it no scenario', async () => {
    const twins = { name: 't', automations: [failures, { id: 'B' }, { ...failures, name: 'b' }], timeline: [] };
    const err = ['watchfire: stdin:1: automations[2].id: is that of automations[0] too (found "A")'];
    expect(await simulate([twins])).toEqual({ status: 1, err, answers: [] });
  });

  test('is found in a scenario that runs over several lines, too', async () => {
    const pretty = (value: unknown): string => `\n${JSON.stringify(value, null, 2)}`;
    expect(await simulate([pretty(wrong)])).toEqual({ status: 1, err: [], answers: [answer] });
    expect(await simulate([pretty(scenario('one'))])).toEqual({ status: 0, err: [], answers: [answerTo('one')] });
    const back = { name: 'back', timeline: [x(5, 'e1'), x(3, 'e2')] };
    expect(await simulate([pretty(back)])).toMatchObject({
      status: 1,
      err: [expect.stringMatching(/^watchfire: stdin:2: timeline\[1\]\.at: must not be before/)],
    });
    expect(await simulate(['{', '"name": 1', ''])).toMatchObject({
      status: 1,
      err: [expect.stringMatching(/^watchfire: stdin:1: line: is not JSON/)],
    });
  });

  test('is one answer of several, and ends with status 1 by --strict only', async () => {
    const lines = [wrong, scenario('one')];
    expect(await simulate(lines)).toEqual({ status: 0, err: [], answers: [answer, answerTo('one')] });
    expect(await simulate(lines, true, '--strict')).toMatchObject({ status: 1, answers: [answer, answerTo('one')] });
    expect(await simulate([scenario('one')], true, '--strict')).toMatchObject({ status: 0 });
  });
});

test('a scenario may change its automations, also those that are not there', async () => {
  const timeline = [
    { at: at(0), put: { ...failures, trigger: { ...failures.trigger, threshold: 1 } } },
    x(1, 'e1'),
    { at: at(2), delete: 'A' },
    { at: at(2), delete: 'A' },
    x(100, 'e2'),
  ];
  const { status, answers } = await simulate([{ name: 'changes', timeline }]);
  expect(status).toBe(0);
  expect(answers).toEqual([{ name: 'changes', firings: [expect.objectContaining({ step: 1, event: 'e1' })] }]);
});

describe('a private server', () => {
  test('is used when none is given, and ends with the run', async () => {
    const { status, answers } = await simulate([scenario('alone')], false);
    expect({ status, answers }).toEqual({ status: 0, answers: [answerTo('alone')] });
    // That nothing is left of it is found out at the end of the whole run: test/support/global-setup.ts.
  });

  test('ends on SIGINT too, with status 1', async () => {
    const child = start(['simulate', '-']);
    child.stdin?.write(`${JSON.stringify(scenario('one'))}\n`);
    await once(child.stdout!, 'data');
    const result = ended(child);
    child.kill('SIGINT');
    expect(await result).toMatchObject({ status: 1, err: [] });
  });
});

test('told to stop it removes what it put on a given server', async () => {
  const stop = new AbortController();
  async function* endless(): AsyncGenerator<string> {
    yield `${JSON.stringify(scenario('one'))}\n`;
    await once(stop.signal, 'abort');
  }
  const server = await privateRedis();
  const { status, out } = await run(['simulate', '-', '--redis', server.url], {
    stdin: endless(),
    signal: stop.signal,
    onOut: () => stop.abort(),
  });
  expect({ status, lines: out.length }).toEqual({ status: 1, lines: 1 });
  expect(await leftovers(server)).toEqual([]);
});

test('what an entry causes is applied by more calls in small chunks, with the same answer', async () => {
  const server = await privateRedis();
  const four = ['A', 'B', 'C', 'D'].map((id) => ({ ...failures, id, trigger: { ...failures.trigger, threshold: 1 } }));
  const line = JSON.stringify({ name: 'four', automations: four, timeline: [x(0, 'e1')] });
  const runIn = async (...size: string[]) => {
    const before = await callsOn(server);
    const { out } = await run(['simulate', '-', '--redis', server.url, ...size], { stdin: line });
    return { out, calls: (await callsOn(server)) - before };
  };
  const warm = await runIn();
  const usual = await runIn();
  const small = await runIn('--chunk-size', '1');
  expect(JSON.parse(usual.out[0] ?? '').firings).toHaveLength(4);
  expect([usual.out, small.out]).toEqual([warm.out, warm.out]);
  // Four state-change events: one call, or one each.
  expect(small.calls).toBe(usual.calls + 3);
});

/** How many scripts a server has been asked to run. */
async function callsOn({ redis }: PrivateRedis): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
}

test.each(['0', '1001', '1.5', 'many', ''])('%j entries are no size of a chunk', async (size) => {
  const { status, out, err } = await run(['simulate', '-', '--chunk-size', size], { stdin: '' });
  expect({ status, out }).toEqual({ status: 2, out: [] });
  expect(err).toEqual([expect.stringMatching(/^watchfire: --chunk-size: .*\(found "?/)]);
});

test('a file that is not there is a misuse', async () => {
  const { status, err } = await run(['simulate', '/nowhere/s.ndjson']);
  expect(status).toBe(2);
  expect(err).toEqual([expect.stringContaining('/nowhere/s.ndjson')]);
});

test('with partitions each key is counted in its own, and what has no key on the global one', async () => {
  const at = '2026-03-02T09:00:00.000Z';
  const trigger = { expect: ['a'], threshold: 2, within: 60 };
  const automations = [
    { id: 'all', name: 'all', trigger },
    { id: 'each', name: 'each', trigger: { ...trigger, for_each: ['id'] } },
  ];
  const timeline = ['k.1', 'k.2', 'k.2', 'k.1'].map((id) => ({ at, event: { event: 'a', id: '', resource: { id } } }));
  const events = timeline.map((step, i) => ({ ...step, event: { ...step.event, id: `e${i}` } }));
  const lines = [{ name: 'both', automations, timeline: events }];
  const without = await simulate(lines);
  expect(without.answers).toMatchObject([
    { firings: [{ automation: 'all' }, { automation: 'each' }, { automation: 'each' }] },
  ]);
  expect(await simulate(lines, true, '--partitions', '4')).toEqual(without);
  expect(await simulate(lines, true, '--partitions', '3', '--by', 'nothing')).toEqual(without);
});

test.each([
  [['--partitions', '0'], '--partitions: must be a whole number from 1 to 1024 (found "0")'],
  [['--partitions', '4', '--by', ''], '--by: must be the name of a label of at most 200 characters (found "")'],
  [['--by', 'id'], '--by: goes with --partitions'],
])('the options %j are refused by name', async (options, message) => {
  const { status, err } = await run(['simulate', '-', ...options], { stdin: [] });
  expect({ status, err }).toEqual({ status: 2, err: [`watchfire: ${message}`] });
});
