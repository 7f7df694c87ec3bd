import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/seen.lua': {
    '12.1: ids are remembered for 30 minutes': ['limits.MEMORY_MS', 'limits.MEMORY_MS + 60000'],
  },
};

export const protections: Mutants = {
  'lua/include/check.lua': {
    'id memory: the type of a new generation is asked for': [
      "if known.fresh then check_type(known.key, 'hash') end",
      '',
    ],
  },
  'lua/include/seen.lua': {
    'id memory: as long as it is promised': ['limits.MEMORY_MS', 'limits.MEMORY_MS - 60000'],
    'id memory: bytes of two records are no id': ['while from and (from - 1) % RECORD ~= 0 do', 'while false do'],
    'id memory: an id is looked for behind bytes of two records': [
      'do from = find(text, tail, from + 1, true) end',
      'do from = nil end',
    ],
    'id memory: each id has its own age': [
      'return at - generation.from - (a * 65536 + b * 256 + c) < MEMORY_MS',
      'return true',
    ],
    'id memory: an age is exact': ['math.floor(ms / 256) % 256', '0'],
    'id memory: what is remembered by this call is asked too': [
      'known.written[known.fields[digest]] or known.texts[digest]',
      'known.texts[digest]',
    ],
    'id memory: a bucket keeps what was in it': [
      "(written[field] or known.texts[digest] or '')",
      "(written[field] or '')",
    ],
    'id memory: a generation ends when its buckets are full': [' and newest.count < newest.size * FULL then', ' then'],
    'id memory: the next generation has enough buckets': [' and SIZES[i] * FULL > newest.count then', ' then'],
  },
  'lua/include/buckets.lua': {
    'id memory: all that can hold an id are asked': [
      'if at - generation.to >= MEMORY_MS then break end',
      'if at - generation.from >= MEMORY_MS then break end',
    ],
  },
};
