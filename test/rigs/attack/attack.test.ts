import { expect, test } from 'vitest';
import { randomOf } from '../chaos/load.ts';
import { seedOfRun } from '../extent.ts';
import { attackNames, attackOf } from './attack.ts';

/** Which share of the attacks is tried, chosen by a seed: `npm run proof -- attack` tries all of them, and so does the whole run. */
const SHARE = 0.25;
const SEED = seedOfRun();

const names = await attackNames();
const random = randomOf(SEED);
const chosen = names.filter(() => random() < SHARE);

test('there are attacks', () => {
  expect(names.length).toBeGreaterThan(0);
});

test.each(chosen.length > 0 ? chosen : names.slice(0, 1))(
  `the attack %s is held off (chosen by seed ${SEED})`,
  async (name) => {
    const { by, what, run } = await attackOf(name);
    expect(await run(), `${by}: ${what}`).not.toBe('');
  },
);
