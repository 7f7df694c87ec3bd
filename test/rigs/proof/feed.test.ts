import { expect, test } from 'vitest';
import { extent, seedOfRun } from '../extent.ts';
import { RULES, type Rule } from './feed-logs.ts';
import { FeedModel } from './feed-model.ts';

const RUNS = extent('runs', 60);
const first = seedOfRun();

test(`whatever is late, doubled, lost, crashed or cut off, each entry is fed once and no absence is false (${RUNS} runs from seed ${first})`, () => {
  for (let seed = first; seed < first + RUNS; seed += 1)
    expect({ seed, faults: new FeedModel({ seed }).faults() }).toEqual({ seed, faults: [] });
});

test.each(Object.keys(RULES) as Rule[])('without the rule "%s" something goes wrong', (without) => {
  let seed = 1;
  while (seed < 3_000 && new FeedModel({ seed, without }).faults().length === 0) seed += 1;
  expect(seed, RULES[without]).toBeLessThan(3_000);
});
