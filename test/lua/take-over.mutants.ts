import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/take-over.lua': {
    'poison: what kills its workers is set aside': ["deaths >= tonumber(args.deaths) and 'poison' or 'take'", "'take'"],
    'poison: workers that lose Redis at the same time are one death': [
      'deaths = math.max(deaths, before + 1)',
      'deaths = deaths + 1',
    ],
  },
};
