import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/gatekeeper.ts': {
    'gate: silences that changed are read again': [
      'if (view.version !== this.#silences.version)',
      "if (this.#silences.version === '')",
    ],
    'gate: what is recorded is obeyed': ['if (recorded.length > 0) return remaining(one.jobs, recorded);', ''],
    'gate: the end of an alert is judged behind its begin': [
      "(name !== null && one.firing.state === 'Resolved' && begun.has(name))",
      'false',
    ],
  },
  'src/relay/waiting-jobs.ts': {
    'gate: what has gone out is not sent again': ['await finishWaiting(redis, store, one.member);', ''],
  },
};
