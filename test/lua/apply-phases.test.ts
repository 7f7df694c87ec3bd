import { describe, expect, test } from 'vitest';
import { apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { indexFaults } from '../support/deadlines.ts';
import { type Snapshot, snapshot } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const KEYS = 9;

const watch = { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] };
const AUTOMATIONS = [
  { id: 'count', trigger: { posture: 'Reactive', expect: ['x'], threshold: 4, within: 14, for_each: ['id'] } },
  { id: 'watch', trigger: watch },
  { id: 'pulse', trigger: { posture: 'Proactive', expect: ['y'], within: 12, for_each: ['id'] } },
  {
    id: 'both',
    trigger: {
      type: 'sequence',
      within: 40,
      for_each: ['id'],
      triggers: [watch, { posture: 'Reactive', expect: ['z'], for_each: ['id'] }],
    },
  },
  { id: 'listen', trigger: { posture: 'Reactive', expect: ['automation.*'], threshold: 3, within: 600 } },
].map((automation) => ({ ...automation, name: automation.id }));

/** A log with something of everything, the same each time. */
async function logged(count: number): Promise<World> {
  const world = new World();
  for (const automation of AUTOMATIONS) await world.put(automation);
  for (let i = 0; i < count; i += 1) {
    world.at(i * 1.4);
    const id = i % 31 === 30 ? `e${i - 3}` : `e${i}`;
    const resource = `r${(i * i) % KEYS}`;
    if (i % 41 === 40) await world.append(['data', '{']);
    else if (i % 43 === 42) await world.send('prefect.log.write');
    else {
      await world.send(['x', 'x', 'y', 'x', 'z'][i % 5] ?? '', {
        id,
        resource,
        ...(i % 6 === 5 && { t: i * 1.4 - 18 }),
        ...(i % 23 === 22 && { follows: `e${i + 9}` }),
      });
    }
  }
  return world;
}

/** Applies the log in chunks of that size until nothing waits. @returns the words of all entries */
async function applied(world: World, size: number): Promise<string[]> {
  const words: string[] = [];
  for (;;) {
    const entries = await world.waiting(size);
    if (entries.length === 0) return words;
    const answer = await world.apply(entries);
    expect(['applied', 'more-due']).toContain(answer.word);
    words.push(...answer.words);
  }
}

/** A state without the scores of its deadlines: they are lower bounds, right as they are, and how low depends on the chunks. */
function outcomeOf(state: Snapshot): Snapshot {
  expect(indexFaults(state)).toEqual([]);
  const bounded = Object.entries(state).filter(([key]) => key === 'due' || key.startsWith('deadlines:'));
  return {
    ...state,
    ...Object.fromEntries(bounded.map(([key, value]) => [key, Object.keys(value).sort().join('\n')])),
  };
}

test('chunks of 1, 7 and 100 give the same words, firings and state', async () => {
  const expected = await logged(230);
  const words = await applied(expected, 1);
  expect((await expected.told()).length).toBeGreaterThan(60);
  const state = outcomeOf(await expected.state());
  for (const size of [7, 100]) {
    const world = await logged(230);
    expect(await applied(world, size), `chunks of ${size}`).toEqual(words);
    expect(await world.told()).toEqual(await expected.told());
    expect(outcomeOf(await world.state()), `chunks of ${size}`).toEqual(state);
  }
});

test('a chunk that is split by the limit of what one call settles gives the same state', async () => {
  const expected = await logged(120);
  const told = await applied(expected, 100);
  for (const limit of [1, 3]) {
    const world = await logged(120);
    const words: string[] = [];
    for (let entries = await world.waiting(100); entries.length > 0; entries = await world.waiting(100)) {
      words.push(...(await apply(world.redis, world.store, await world.chunk(entries), limit)).words);
    }
    expect(words, `a limit of ${limit}`).toEqual(told);
    expect(outcomeOf(await world.state()), `a limit of ${limit}`).toEqual(outcomeOf(await expected.state()));
  }
});

test('a chunk may have more matches than a call of Lua takes values', async () => {
  const world = new World();
  const leaf = { posture: 'Reactive', expect: ['x'], threshold: 1_000, within: 600, for_each: ['id'] };
  await world.put({
    id: 'a',
    name: 'A',
    trigger: { type: 'compound', require: 'all', triggers: Array(90).fill(leaf) },
  });
  for (let i = 0; i < 100; i += 1) await world.send('x', { resource: `r${i % KEYS}` });
  expect((await world.apply()).words).toEqual(Array(100).fill(`applied${' counted'.repeat(90)}`));
});

describe('an error at an entry of a chunk', () => {
  const BROKEN = ['no window', '', '[1,2', '[1,2) ', '[a,b) c', '[1,2) 3 due', '[1,2) 3 other 4', 'alert 1 2', 'due 3'];

  test.each([[0], [1], [13], [25], [39]])('at %d leaves those before it applied, and nothing of itself', async (at) => {
    const [world, expected] = [await logged(40), await logged(40)];
    const { name } = await world.node('count');
    for (const each of [world, expected]) await each.redis.hset(each.store.prefixes.windows + name, 'bad', 'no window');
    // Behind its other matches the entry meets a key whose window cannot be read.
    const chunk = await world.chunk(await world.waiting());
    const trigger = chunk.triggers.find((one) => one.name === name);
    const failing = chunk.entries[at];
    if (!trigger || !failing || !('matches' in failing)) throw new Error(`entry ${at} meets nothing`);
    const key = trigger.keys.push('bad') - 1;
    failing.matches.push({ trigger: chunk.triggers.indexOf(trigger) + 1, key, arms: false, expects: true });
    const answer = await apply(world.redis, world.store, chunk);
    expect(answer).toMatchObject({
      word: 'failed',
      error: expect.stringContaining('the window of bad cannot be read'),
    });
    expect(answer.words).toHaveLength(at);
    if (at > 0) await expected.apply((await expected.waiting()).slice(0, at));
    expect(await world.state()).toEqual(await expected.state());
  });

  test.each(BROKEN.map((text) => [text]))(
    'a window %j is an error of the events that meet it, and of no other',
    async (text) => {
      const world = new World();
      await world.put(AUTOMATIONS[0]!);
      const { name } = await world.node('count');
      const windows = world.store.prefixes.windows + name;
      await world.redis.hset(windows, 'bad', text);
      const ids: string[] = [];
      for (const resource of ['r', 'q', 'bad', 'r']) ids.push(await world.send('x', { resource }));
      expect(await world.apply()).toMatchObject({
        word: 'failed',
        position: ids[1],
        words: ['applied counted', 'applied counted'],
        error: expect.stringContaining(`${windows}: the window of bad cannot be read`),
      });
      expect(await world.redis.hkeys(windows)).toEqual(expect.arrayContaining(['bad', 'q', 'r']));
      expect(await world.redis.hget(windows, 'bad')).toBe(text);
      await world.redis.hdel(windows, 'bad');
      expect(await world.drain()).toEqual(['applied counted', 'applied counted']);
    },
  );

  test('of all windows of a trigger fails the call, and nothing happens', async () => {
    const world = new World();
    await world.put(AUTOMATIONS[0]!);
    const windows = world.store.prefixes.windows + (await world.node('count')).name;
    await world.redis.set(windows, 'of another type');
    for (const name of ['w', 'x']) await world.send(name);
    const before = await world.state();
    await expect(world.apply()).rejects.toThrow('WRONGTYPE');
    expect(await world.state()).toEqual(before);
    await world.redis.del(windows);
    expect(await world.drain()).toEqual(['applied', 'applied counted']);
  });

  test('leaves to those before it all that the call may settle', async () => {
    const world = new World();
    await world.put({ id: 'watch', name: 'watch', trigger: watch });
    await world.put(AUTOMATIONS[0]!);
    for (let i = 0; i < 4; i += 1) await world.meet('x', { resource: `r${i}` });
    await world.redis.hset(world.store.prefixes.windows + (await world.node('count')).name, 'bad', 'no window');
    await world.at(30).send('z');
    await world.send('x', { resource: 'bad' });
    const chunk = await world.chunk(await world.waiting());
    expect(await apply(world.redis, world.store, chunk, 4)).toMatchObject({ word: 'failed', words: ['applied'] });
    expect(await world.told()).toHaveLength(4);
  });

  test('is found before anything is written also where nothing but deadlines comes out', async () => {
    const world = new World();
    await world.put(AUTOMATIONS[0]!);
    await world.put({ id: 'watch', name: 'watch', trigger: watch });
    await world.meet('x');
    const { quota_used: name } = world.store.keys;
    await world.redis.rename(name, `${name}:kept`);
    await world.redis.set(name, 'of another type');
    world.at(100);
    const before = await world.state();
    await expect(settle(world.redis, world.store)).rejects.toThrow('WRONGTYPE');
    expect(await world.state()).toEqual(before);
    await world.redis.rename(`${name}:kept`, name);
    await world.settle();
    expect(await world.redis.hgetall(name)).toEqual({ '': '1', watch: '1' });
  });

  const needed = 'counters quota_used clock due firings parked parked_event deadlines last'.split(' ');
  test.each(needed)('of a key of the wrong type, %s, happens before anything is written', async (key) => {
    const world = await logged(40);
    const { keys, prefixes } = world.store;
    const named = {
      parked_event: 'e22',
      deadlines: (await world.node('watch')).name,
      last: (await world.node('watch')).name,
    };
    const all: Record<string, string> = { ...keys };
    for (const [prefix, rest] of Object.entries(named)) all[prefix] = prefixes[prefix as keyof typeof named] + rest;
    const name = all[key] ?? '';
    const kept = await world.redis.exists(name);
    if (kept) await world.redis.rename(name, `${name}:kept`);
    await world.redis.set(name, 'of another type');
    const before = await world.state();
    const refused: unknown = await world.apply().catch((error: unknown) => error);
    const text = refused instanceof Error ? refused.message : (refused as { error: string }).error;
    expect(text).toContain('WRONGTYPE');
    if (refused instanceof Error) expect(await world.state()).toEqual(before);
    await world.redis.del(name);
    if (kept) await world.redis.rename(`${name}:kept`, name);
  });
});

describe('deadlines in the middle of a chunk', () => {
  test('come out in order of time, trigger and key, also of windows opened and ended within the chunk', async () => {
    const world = new World();
    await world.put({ id: 'b', name: 'B', trigger: { ...watch, within: 11 } });
    await world.put({ id: 'a', name: 'A', trigger: watch });
    await world.put({ id: 's', name: 'S', trigger: { posture: 'Proactive', expect: ['y'], within: 12 } });
    // Open before the chunk: more than one page of the index.
    for (let i = 0; i < 130; i += 1) await world.at(i / 100).send('x', { id: `o${i}`, resource: `old${i}` });
    await world.drain();
    for (let i = 0; i < 100; i += 1) {
      world.at(2 + Math.floor(i / 2));
      await world.send(i % 9 === 8 ? 'y' : 'x', { id: `n${i}`, resource: `r${(i * 9 + 1) % 40}` });
    }
    expect(await world.told()).toEqual([]);
    let calls = 0;
    for (let entries = await world.waiting(); entries.length > 0; entries = await world.waiting()) {
      await world.apply(entries.slice(0, 100));
      calls += 1;
    }
    expect(calls).toBeLessThan(12);
    expect(indexFaults(await world.state())).toEqual([]);
    const fired = (await world.firings()).filter(({ state }) => state === 'Triggered');
    // Both of the old ones of each trigger, and many that began in the chunk itself.
    expect(fired.filter(({ labels }) => String(labels.id).startsWith('old'))).toHaveLength(260);
    expect(fired.filter(({ labels }) => String(labels.id).startsWith('r')).length).toBeGreaterThan(100);
    const order = fired.map(({ triggered }) => triggered);
    expect(order).toEqual([...order].sort((one, other) => one - other));
    for (const [i, one] of fired.entries()) {
      const next = fired[i + 1];
      if (!next || next.triggered !== one.triggered) continue;
      const place = ({ automation, labels }: typeof one) => `${automation} ${String(labels.id ?? '')}`;
      expect(place(one) < place(next), `${place(one)} before ${place(next)}`).toBe(true);
    }
  });

  test('of one time and trigger come out by key, the shorter of two that begin alike first', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: watch });
    for (const resource of ['r10', 'r1', 'r']) await world.send('x', { id: `x-${resource}`, resource });
    await world.at(20).send('w');
    expect((await world.apply()).word).toBe('applied');
    expect(await world.told()).toEqual(['r', 'r1', 'r10'].map((key) => `a triggered@10 ${key} x-${key}`));
  });

  test('of two that the chunk brought, the later one is the next wake-up', async () => {
    const world = new World();
    const automation = (id: string, within: number) => ({ id, name: id, trigger: { ...watch, within } });
    await world.put(automation('a', 10));
    await world.put(automation('b', 60));
    await world.send('x');
    await world.at(10).send('noise');
    expect(await world.apply()).toMatchObject({ word: 'applied', wakeMs: ms(60) });
    expect(await world.told()).toEqual(['a triggered@10 r e1']);
    expect(await settle(world.redis, world.store)).toMatchObject({ word: 'settled', fired: 0, wakeMs: ms(60) });
  });

  test('a window that was moved within the chunk fires once, at its last end', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { ...watch, expect: ['x'] } });
    for (let at = 0; at <= 40; at += 8) await world.at(at).send('x', { id: `x${at}` });
    await world.at(60).send('w');
    expect((await world.apply()).word).toBe('applied');
    expect(await world.told()).toEqual(['a triggered@50 r x40']);
  });

  test('a window that is opened again right after it fired fires again in its own time', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: watch });
    for (let at = 0; at <= 60; at += 15) await world.at(at).send('x', { id: `x${at}` });
    await world.at(90).send('w');
    expect((await world.apply()).word).toBe('applied');
    expect(await world.told()).toEqual([10, 25, 40, 55, 70].map((at) => `a triggered@${at} r x${at - 10}`));
    expect(indexFaults(await snapshot(world.redis, world.namespace))).toEqual([]);
  });
});
