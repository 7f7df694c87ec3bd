import { describe, expect, test } from 'vitest';
import { settle } from '../../src/redis/steps/settle.ts';
import { seconds, World } from '../support/world.ts';

const watch = (rest: object = {}) => ({ posture: 'Proactive', after: ['a'], expect: ['x'], within: 10, ...rest });
const standing = (rest: object = {}) => ({ posture: 'Proactive', expect: ['x'], within: 10, ...rest });
const automation = (id: string, trigger: object) => ({ id, name: id, trigger });

describe('the order of settling', () => {
  test('is by deadline, whatever came first', async () => {
    const world = new World();
    await world.put(automation('a', watch({ within: 60, for_each: ['id'] })));
    await world.put(automation('b', watch({ within: 40, for_each: ['id'] })));
    await world.meet('a', { resource: 'k' });
    await world.meet('a', { resource: 'z' });
    await world.at(20).meet('a', { resource: 'l' });
    await world.at(300).meet('unrelated');
    expect((await world.firings()).map((f) => `${f.automation} ${f.labels.id} ${seconds(f.triggered)}`)).toEqual([
      'b k 40',
      'b z 40',
      'a k 60',
      'a z 60',
      'b l 60',
      'a l 80',
    ]);
  });

  test('at one deadline is by automation id, code point by code point', async () => {
    const world = new World();
    // U+FF5E is one unit of UTF-16 above the surrogates of U+1F600, yet a smaller code point.
    const ids = ['\u{1f600}', '\uff5e', 'b', 'a b', 'a', 'a+', 'a!', 'a,', 'ab', 'B', '-', '+', 'é', '10', '9'];
    for (const id of ids) await world.put(automation(id, watch()));
    await world.meet('a');
    await world.at(10).settle();
    const codePoints = (text: string) =>
      [...text].map((character) => character.codePointAt(0)?.toString(16).padStart(6, '0')).join();
    const sorted = [...ids].sort((a, b) => (codePoints(a) < codePoints(b) ? -1 : 1));
    expect(sorted.slice(-2)).toEqual(['\uff5e', '\u{1f600}']);
    expect((await world.firings()).map((firing) => firing.automation)).toEqual(sorted);
  });

  test('within an automation is by place, depth first, beyond ten children too', async () => {
    const world = new World();
    const leaf = watch();
    const inner = { type: 'compound', require: 'any', triggers: [leaf, leaf] };
    const triggers = Array.from({ length: 112 }, (_, i) => (i === 1 || i === 10 ? inner : leaf));
    await world.put(automation('a', { type: 'compound', require: 'any', triggers }));
    await world.meet('a');
    expect(await settle(world.redis, world.at(10).store, 114)).toMatchObject({ word: 'settled', fired: 114 });
    const places = (await world.firings()).map(({ children: [child] }) =>
      child?.children[0] ? child.children[0].path : child?.path,
    );
    const expected = triggers.flatMap((_, i) => (i === 1 || i === 10 ? [`${i}.0`, `${i}.1`] : [String(i)]));
    expect(places).toEqual(expected);
  });

  test('within a trigger is by key, value by value, code point by code point', async () => {
    const world = new World();
    await world.put(automation('a', watch({ for_each: ['k', 'l'] })));
    const keys = [
      ['', ''],
      ['', '!'],
      ['', 'a'],
      ['\u0001', ''],
      ['!', 'z'],
      ['a', ''],
      ['a', '\u{1f600}'],
      ['a!', ''],
      ['a+', 'b'],
      ['ab', ''],
      ['\uff5e', ''],
      ['\u{1f600}', ''],
    ];
    for (const [k = '', l = ''] of [...keys].reverse()) await world.meet('a', { resource: { id: 'r', k, l } });
    await world.at(10).settle();
    expect((await world.firings()).map(({ labels }) => [labels.k, labels.l])).toEqual(keys);
  });

  test('is kept over many keys and triggers, each of which comes out once in one call', async () => {
    const world = new World();
    const names = ['a', 'b'];
    for (const id of names) await world.put(automation(id, watch({ for_each: ['id'] })));
    const keys = Array.from({ length: 230 }, (_, i) => `r${i}`).sort();
    for (const resource of keys) await world.send('a', { resource });
    await world.drain();
    expect(await settle(world.redis, world.at(10).store, 460)).toMatchObject({ word: 'settled', fired: 460 });
    const fired = (await world.firings()).map((firing) => `${firing.automation} ${firing.labels.id}`);
    expect(fired).toEqual(names.flatMap((name) => keys.map((key) => `${name} ${key}`)));
  });

  test('has rolled windows take their place in it', async () => {
    const world = new World();
    await world.put(automation('a', standing({ within: 10 })));
    await world.put(automation('b', standing({ within: 15 })));
    await world.at(35).settle();
    expect(await world.told()).toEqual([
      'a triggered@10 -',
      'b triggered@15 -',
      'a triggered@20 -',
      'a triggered@30 -',
      'b triggered@30 -',
    ]);
  });
});
