import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/email.ts': {
    'e-mail: one time for all of it': ['      signal,\n', ''],
    'e-mail: what takes too long may pass': ["if (signal.aborted) throw new TryAgain('timed out');", ''],
    'e-mail: 5xx fails for good': ['if (responseCode >= 500) throw', 'if (responseCode >= 600) throw'],
    'e-mail: 4xx passes': ['if (responseCode >= 500) throw', 'if (responseCode >= 400) throw'],
  },
  'src/relay/deliveries.ts': {
    'deliveries: a reason holds no secret': [
      'const reason = reasonOf(error, redacted);',
      'const reason = reasonOf(error);',
    ],
  },
};
