import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/deliveries.ts': {
    'deliveries: no secret of an answer is kept': ['body: redacted(said.body)', 'body: said.body'],
    'deliveries: a job that was left behind too often is noted': [
      'job !== undefined && STALLED.test(error.message)',
      'job !== undefined && STALLED.test(job.name)',
    ],
  },
  'src/relay/delivery-acts.ts': {
    'deliveries: tried again as often as at first': ['{ resetAttemptsMade: true }', '{ resetAttemptsMade: false }'],
  },
  'src/model/delivery.ts': {
    'deliveries: causes are passed on': ['cause_chain: causesOf(job),', 'cause_chain: [],'],
  },
};
