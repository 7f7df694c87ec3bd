import { expect, test } from 'vitest';
import { explain, findEntry } from '../../src/replay/explain.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { seedOfRun } from '../rigs/extent.ts';
import { LONG_TEST_MS } from '../support/eventually.ts';
import { type Heard, liveOf, placeBeside, recordedRun } from './recorded-world.ts';

const SEED = seedOfRun();
/** Of an event and an automation that had to do with it. */
const PAIRS = 200;
/** Events that are explained: each takes a replay. */
const EVENTS = 40;

test(`the words of explain are those that apply gave (seed ${SEED})`, { timeout: LONG_TEST_MS }, async () => {
  const heard: Heard = new Map();
  const world = await recordedRun(SEED, { entries: 400, changes: 8, heard });
  const random = randomOf(SEED);
  const ids = [...heard.keys()].filter(() => random() < EVENTS / heard.size);
  let [pairs, met] = [0, 0];
  for (const id of ids) {
    const live = liveOf(world);
    const entry = await findEntry(live, id);
    if (entry === null) throw new Error(`${id} is not in the log`);
    const { outcome, automations } = await explain(live, placeBeside(world), entry);
    const wanted = heard.get(id);
    expect([id, outcome]).toEqual([id, wanted?.outcome]);
    for (const { id: automation, triggers, exact, interested, nearest } of automations) {
      expect(exact).toBe(true);
      pairs += 1;
      const words = triggers.flatMap(({ word }) => (word === null ? [] : [word]));
      expect([id, automation, words]).toEqual([id, automation, wanted?.words.get(automation) ?? []]);
      met += words.length;
      // What is said of the conditions is what decided.
      if (outcome !== 'applied') continue;
      expect([automation, interested]).toEqual([automation, nearest === null]);
      for (const { interested: takes, verdicts, path } of triggers) {
        if (verdicts.length > 0)
          expect([id, automation, path, verdicts.every((one) => one.met)]).toEqual([id, automation, path, takes]);
      }
    }
  }
  expect(pairs).toBeGreaterThan(PAIRS);
  expect(met).toBeGreaterThan(PAIRS / 20);
});
