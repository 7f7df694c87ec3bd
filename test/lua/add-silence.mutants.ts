import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/add-silence.lua': {
    'silences: they are bounded': [
      "if count >= limits.SILENCES or bytes + #args.id + #text > limits.SILENCES_BYTES then return { 'full', '', '' } end",
      '',
    ],
    'silences: those that ended are shown for a week': ['< limits.SILENCES_KEPT_MS then break', '< 0 then break'],
  },
};
