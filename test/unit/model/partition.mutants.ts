import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/partition.ts': {
    'partitions: a value is hashed as all clients hash it': ['(crc << 1) ^ 0x1021', '(crc << 1) ^ 0x1023'],
  },
};
