import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/paced.ts': {
    'replays: they leave the server to others': ['if (left > 0) await this.#pause(left);', ''],
    'replays: no pause is longer than a while': [
      'Math.min(LONGEST_PAUSE_MS, (ended - begun) * LEFT_TO_OTHERS)',
      '(ended - begun) * LEFT_TO_OTHERS',
    ],
  },
};
