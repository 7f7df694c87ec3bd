import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/link-server.ts': {
    'link: a look does nothing': ["if (request.method !== 'POST') return", "if (request.method === 'HEAD') return"],
    'link: does what it was signed for': [" || (link.word === 'valid' && link.order.act !== asked.act)", ''],
  },
  'src/reactions/link-desk.ts': {
    'link: acts once': ['return own ?? (', 'return null ?? ('],
    'link: another alert of the key is another': ['alert.since <= order.firedMs', 'alert.since > 0'],
  },
};
