import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/simulation/scratch-engine.ts': {
    'what follows from a deadline comes before the next one': [
      'this.#wakeMs = this.#hasFollowers ? undefined : applied.wakeMs;',
      '',
    ],
    'a follower goes on without its leader at its own time': [
      'this.#wakeMs = this.#hasFollowers ? undefined : applied.wakeMs;',
      'this.#wakeMs = applied.wakeMs;',
    ],
    'a change may bring a deadline': [
      'async put(automation: Automation): Promise<number> {\n    this.#act();',
      'async put(automation: Automation): Promise<number> {',
    ],
    'what was settled is read': [
      'async #settle(): Promise<boolean> {\n    this.#acted = true;',
      'async #settle(): Promise<boolean> {',
    ],
    'deadlines without an end are given up': ['if (wakes === most) return null;', ''],
  },
  'src/simulation/test-engine.ts': {
    'settled gives what came since it was called last': ['this.#told = { firings', 'const _ = { firings'],
  },
};
