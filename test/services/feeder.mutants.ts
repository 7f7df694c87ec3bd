import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/services/feeder.ts': {
    'feed: nothing is fed that the source has not kept': ['await kept?.barrier(connection);', ''],
    'feed: a target that lost its end is fed again': ['await this.#takeMarks(progress);', ''],
    'feed: a source that lost its end goes on behind what was fed': ['await this.#lookForLoss(progress);', ''],
    'feed: a mark is promised where the source has nothing more': [
      'behind: found.done, to: null',
      'behind: null, to: null',
    ],
  },
  'src/services/feed-slices.ts': {
    'feed: what a producer forged stays no event of the engine': ['if (!genuine) return', 'if (false) return'],
    'feed: what is of one log alone stays there': [
      'return (source === FRONT ? OF_FRONT : OF_ONE_LOG).has(form) ? null : fitting(entry);',
      'return fitting(entry);',
    ],
  },
};
