import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/delivery-acts.ts': {
    'deliveries: what was sent is not dropped': ["noted?.state === 'sent' || ", ''],
  },
};
