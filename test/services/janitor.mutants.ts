import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/trim.lua': {
    'atomic janitor: what is not applied is not trimmed': [
      "if fenced then keep_behind(redis.call('GET', keys.position) or '0-0', args.group) end",
      '',
    ],
    'atomic janitor: what another group was not given is not trimmed': [
      "keep_behind(group['last-delivered-id'], group.name)",
      '',
    ],
  },
  'lua/retire.lua': {
    'atomic janitor: a worker that lives stays in its group': [
      "if redis.call('EXISTS', keys.worker) == 1 then",
      'if false then',
    ],
    'atomic janitor: what a worker holds is not lost with it': ['if #held > 0 then', 'if false then'],
  },
};
