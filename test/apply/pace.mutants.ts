import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/apply/turn.ts': {
    'take-over of entries: not while others get on with them': ['      this.#saw(position);', ''],
  },
  'src/apply/take-over.ts': {
    'take-over of entries: for no longer than they are waited for': [
      'if (calls > 0 && clock.nowMs() >= untilMs) return;',
      '',
    ],
    'take-over of entries: no more than are matched in a moment': [
      'takeOver(redis, store, worker, matcher.batchSize)',
      'takeOver(redis, store, worker, matcher.chunkSize)',
    ],
  },
};
