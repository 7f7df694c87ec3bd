import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/mark-fed.lua': {
    'feed: a mark is added where something waits for it alone': [
      "if first == math.huge then return { 'not-wanted' } end",
      '',
    ],
    'feed: a mark that lets nothing go is not added': ["if told() < first then return { 'no-gain' } end", ''],
    'feed: a promise of a feeder that is elsewhere counts for nothing': ['source.id == from and', ''],
    'feed: followers want marks as well': ['parked + engine.settings(e).wait_ms }', 'math.huge }'],
  },
};
