import { expect, test } from 'vitest';
import { extent, seedOfRun } from '../extent.ts';
import { FeedModel } from './feed-model.ts';
import { NamespaceModel } from './namespace-model.ts';

const RUNS = extent('runs', 60);
const first = seedOfRun();

test(`whatever is late, doubled, lost, crashed or cut off, each entry is fed once and no absence is false (${RUNS} runs from seed ${first})`, () => {
  for (let seed = first; seed < first + RUNS; seed += 1)
    expect({ seed, faults: new FeedModel({ seed }).faults() }).toEqual({ seed, faults: [] });
});

test(`whichever slot fails over and whoever crashes, all is forwarded, applied and relayed once (${RUNS} runs from seed ${first})`, () => {
  for (let seed = first; seed < first + RUNS; seed += 1)
    expect({ seed, faults: new NamespaceModel({ seed }).faults() }).toEqual({ seed, faults: [] });
});
