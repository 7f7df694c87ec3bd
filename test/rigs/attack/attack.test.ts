import { expect, test } from 'vitest';
import { attackNames, attackOf } from './attack.ts';

const names = await attackNames();

test('there are attacks', () => {
  expect(names.length).toBeGreaterThan(0);
});

test.each(names)('the attack %s is held off', async (name) => {
  const { by, what, run } = await attackOf(name);
  expect(await run(), `${by}: ${what}`).not.toBe('');
});
