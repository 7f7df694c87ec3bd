import { expect, test } from 'vitest';
import { keysOf, prefixesOf } from '../../src/redis/keys.ts';

test('all keys of an engine lie in one slot', () => {
  const names = [...Object.values(keysOf('wf')), ...Object.values(prefixesOf('wf'))];
  expect(names.filter((name) => !name.startsWith('{wf}:'))).toEqual([]);
});

test('no two keys are the same, and none can be taken for one that begins with a prefix', () => {
  const keys = Object.values(keysOf('wf'));
  const prefixes = Object.values(prefixesOf('wf'));
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(prefixes).size).toBe(prefixes.length);
  for (const prefix of prefixes) {
    expect(keys.filter((key) => key.startsWith(prefix))).toEqual([]);
    expect(prefixes.filter((other) => other !== prefix && other.startsWith(prefix))).toEqual([]);
  }
});

test('engines of different namespaces never meet', () => {
  const [one, other] = [keysOf('wf'), keysOf('wf2')].map((keys) => Object.values(keys));
  expect(one?.filter((key) => other?.includes(key))).toEqual([]);
});

test('names cannot be changed by accident', () => {
  expect(Object.isFrozen(keysOf('wf')) && Object.isFrozen(prefixesOf('wf'))).toBe(true);
});
