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
    'deliveries: what was sent is not dropped': ["noted?.state === 'sent' || ", ''],
  },
  'src/redis/deliveries.ts': {
    'rate: what waits for a target comes back one after the other': [
      ' + Math.floor(((place % most) * perMs) / most)',
      '',
    ],
  },
  'src/model/delivery.ts': {
    'deliveries: causes are passed on': ['cause_chain: causesOf(job),', 'cause_chain: [],'],
  },
};
