import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/bring-in.lua': {
    'sources: a call from another place brings in nothing': [
      "if place ~= args.from then return { 'not-my-turn', place, source.id } end",
      '',
    ],
    'sources: the place moves with what is brought in': ["redis.call('HSET', keys.sources, args.source, args.to)", ''],
    'sources: what is brought in is known to be of the engine': [
      "own.mark(keys, redis.call('XADD', keys.events, next_id, 'fed',",
      "tostring(redis.call('XADD', keys.events, next_id, 'fed',",
    ],
    'sources: a paused source brings in nothing': ["return { 'paused', place, source.id }", 'local _ = 0'],
    'sources: a closed source brings in nothing': ['or not source.open or not place', 'or not place'],
  },
};
