import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/jobs.ts': {
    'deduplication: a job that is done is recognised': ['id, ttl: DEDUPLICATION_TTL_MS', 'id, ttl: 1'],
    'deduplication: the id of a job is that of its firing': ['jobId: id,', 'jobId: id + Math.random(),'],
  },
  'src/relay/dispatch.ts': {
    'a firing is acknowledged when its jobs are there': ["else if (outcome?.kind !== 'added') waits = true;", ''],
    'a job begins when its firing cannot vanish any more': [
      'if (jobs.length > 0) await this.#parts.security?.barrier(since);',
      '',
    ],
    'confirmation by the server that showed the firing': [
      'this.#parts.security?.barrier(since)',
      'this.#parts.security?.barrier(this.#parts.security.connection)',
    ],
  },
  'src/relay/relay.ts': {
    'take-over of firings: never those of a relay that lives': ['DEAD_AFTER_MS = 10_000', 'DEAD_AFTER_MS = 0'],
    'take-over of firings: those of a dead relay are found': [
      'if (now >= this.#claimAt) await this.#relay(',
      'if (now < 0) await this.#relay(',
    ],
    'a batch that failed is looked for again': [
      '// What was read in this step is ours and unacknowledged.\n      this.#lookAgain();',
      '',
    ],
  },
};
