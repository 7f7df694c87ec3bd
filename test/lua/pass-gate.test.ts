import { describe, expect, test } from 'vitest';
import { marksIn, outcomesOf } from '../../src/redis/outcomes.ts';
import { type GateCall, type GatePlan, passGate } from '../../src/redis/steps/pass-gate.ts';
import { ms, World } from '../support/world.ts';

/** As lua/include/limits.lua has them. */
const CLOSING_KEYS = 100;
const GROUP_FIRINGS = 1_000;
const GROUP_BYTES = 2_000_000;
const OUTCOMES_BYTES = 64_000_000;
const OUTCOMES_KEPT_S = 30 * 86_400;

const send: GatePlan = { budget: 1, shares: [{ actions: [0], what: 'send', counted: true }] };
const silenced: GatePlan = {
  mutes: [0],
  shares: [{ actions: [0], what: 'silenced', counted: false, mark: { silence: 's-1', by: 'ana', why: 'known' } }],
};
const grouped: GatePlan = {
  shares: [{ actions: [0], what: 'grouped', counted: false, group: { by: '[]', wait_ms: 1_000, max_ms: 10_000 } }],
};

/** A firing at the gate, at the present time of the world. */
async function pass(world: World, firing: string, plan: GatePlan, parts: Partial<GateCall> = {}) {
  const now = world.clock.nowMs();
  const call = { firing, entry: `${now}-0`, bytes: 10, automation: 'a', revision: 1, labels: '{}', now, ...parts };
  const { word, record } = await passGate(world.redis, world.store, { call, plan });
  return [word, ...marksIn(record).map(({ what }) => what)].join(' ');
}

describe('the gate', () => {
  test('records what does not go out, and answers the same to a repeat', async () => {
    const world = new World();
    expect(await pass(world, 'f1', silenced)).toBe('passed silenced');
    const state = await world.state();
    expect(state).toEqual({
      outcomes: { f1: expect.any(String), bytes: expect.any(String) },
      'outcome-times': { f1: ms(0) },
      muted: { 'a {}': 'f1' },
    });
    expect(await outcomesOf(world.redis, world.store, ['f1'])).toEqual([
      [{ what: 'silenced', at: ms(0), actions: [0], silence: 's-1', by: 'ana', why: 'known' }],
    ]);
    world.at(5);
    expect(await pass(world, 'f1', send)).toBe('known silenced');
    expect(await world.state()).toEqual(state);
  });

  test('decides anew where others wrote over what was recorded', async () => {
    const world = new World();
    await pass(world, 'f1', silenced);
    await world.redis.hset(world.store.keys.outcomes, 'f1', 'not json', 'bytes', 'abc');
    expect(await pass(world, 'f1', silenced)).toBe('passed silenced');
    expect(await pass(world, 'f1', send)).toBe('known silenced');
    expect(await world.redis.hget(world.store.keys.outcomes, 'bytes')).toMatch(/^\d+$/);
  });

  test('a firing of the key that goes out ends its being muted', async () => {
    const world = new World();
    await pass(world, 'f1', silenced);
    expect(await pass(world, 'f2', { ...send, mutes: [0] })).toBe('passed');
    expect(await world.redis.exists(world.store.keys.muted)).toBe(0);
  });

  test('counts firings of one minute, sliding, and each of them once', async () => {
    const world = new World();
    const two = { ...send, budget: 2 };
    const words: string[] = [];
    const at = async (time: number, id: string) => words.push(await pass(world.at(time), id, two));
    for (const [time, id] of [
      [0, 'a'],
      [30, 'b'],
      [30, 'a'],
      [59.999, 'c'],
    ] as const)
      await at(time, id);
    // Closed for a minute from there; the first ones are over by then.
    for (const [time, id] of [
      [119.998, 'd'],
      [119.999, 'e'],
      [120, 'f'],
      [120, 'g'],
    ] as const)
      await at(time, id);
    const held = 'passed held back';
    expect(words).toEqual(['passed', 'passed', 'passed', held, held, 'passed', 'passed', held]);
  });

  test('a closing names so many keys, and counts the others', async () => {
    const world = new World();
    await pass(world, 'first', send);
    for (let i = 0; i < CLOSING_KEYS + 5; i += 1) await pass(world, `f${i}`, send, { labels: `{"id":"${i}"}` });
    await pass(world, 'long', send, { labels: JSON.stringify({ id: 'x'.repeat(500) }) });
    await pass(world, 'again', send, { labels: '{"id":"0"}' });
    const closing = await world.redis.hgetall(`${world.store.prefixes.closing}f0`);
    expect(closing).toMatchObject({ count: String(CLOSING_KEYS + 7), others: '6', 'k{"id":"0"}': '2' });
    expect(Object.keys(closing).filter((name) => name.startsWith('k'))).toHaveLength(CLOSING_KEYS);
  });

  test('a group is bounded in firings and in bytes: a further one begins the next', async () => {
    const world = new World();
    await pass(world, 'f1', grouped);
    const key = `${world.store.prefixes.group}f1-0`;
    await world.redis.hset(key, 'count', GROUP_FIRINGS - 1);
    await pass(world, 'f2', grouped);
    await pass(world, 'f3', grouped, { bytes: GROUP_BYTES });
    await pass(world, 'f4', grouped);
    const groups = (await outcomesOf(world.redis, world.store, ['f1', 'f2', 'f3', 'f4'])).map(([mark]) => mark?.group);
    expect(groups).toEqual(['f1-0', 'f1-0', 'f3-0', 'f4-0']);
    expect(await world.redis.zrange(world.store.keys.waiting, '0', '-1', 'WITHSCORES')).toEqual([
      ...['g f1-0', String(ms(0)), 'g f3-0', String(ms(0)), 'g f4-0', String(ms(1))],
    ]);
  });

  test('what is too old, or the oldest of too much, is forgotten with what it muted', async () => {
    const world = new World();
    await pass(world, 'f1', silenced, { labels: '{"id":"1"}' });
    await pass(world.at(1), 'f2', silenced, { labels: '{"id":"2"}' });
    await pass(world.at(OUTCOMES_KEPT_S), 'f3', silenced, { labels: '{"id":"3"}' });
    const { outcomes, muted, outcome_times } = world.store.keys;
    expect(await world.redis.hkeys(muted)).toEqual(['a {"id":"2"}', 'a {"id":"3"}']);
    await world.redis.hincrby(outcomes, 'bytes', OUTCOMES_BYTES);
    await pass(world, 'f4', silenced, { labels: '{"id":"4"}' });
    expect(await world.redis.hexists(outcomes, 'f2')).toBe(0);
    expect(await world.redis.zscore(outcome_times, 'f2')).toBeNull();
  });

  test('the bytes are those of all that is recorded', async () => {
    const world = new World();
    for (const id of ['f1', 'f2', 'f3']) await pass(world.at(Number(id[1])), id, silenced);
    await pass(world.at(OUTCOMES_KEPT_S + 2), 'f4', silenced);
    const { bytes, ...records } = await world.redis.hgetall(world.store.keys.outcomes);
    expect(Object.keys(records).sort()).toEqual(['f3', 'f4']);
    const sum = Object.entries(records).reduce((all, [id, text]) => all + id.length + text.length, 0);
    expect(Number(bytes)).toBe(sum);
  });
});
