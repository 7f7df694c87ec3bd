import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/services/jobs-watch.ts': {
    'jobs: another server of the jobs is noticed': ['seen.history !== now.history', 'false'],
    'jobs: firings without jobs a minute ago are relayed again, however old they are': [
      'Math.min(seen.atMs - BEFORE_MS, progress.before)',
      'seen.atMs - BEFORE_MS',
    ],
    'jobs: how far the relay is counts after a minute': [
      'if (nowMs < progress.sinceMs + BEFORE_MS) return progress;',
      '',
    ],
  },
};
