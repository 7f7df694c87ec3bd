import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/link.ts': {
    'link: is of one namespace': ['JSON.stringify(namespace)', "''"],
    'link: ends in time': ['untilMs <= nowMs', 'untilMs < nowMs'],
    'link: is known by its signature': ['if (!timingSafeEqual(', "if (text === '' && !timingSafeEqual("],
  },
};
