import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/redis/definitions.ts': {
    '13: a document of the same meaning changes nothing': [
      'if (old && !always && differingKeys(old.automation, automation).length === 0) {',
      'if (old && !automation) {',
    ],
  },
};
