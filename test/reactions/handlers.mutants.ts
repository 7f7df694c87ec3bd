import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/handler.ts': {
    'handlers: keys that Watchfire reads need no schema': ['[action, own, rest].map(', '[action, rest].map('],
    'handlers: a type that Watchfire has is refused': [
      "if (type === 'queue' || isCarriedType(type) || isMappedType(type)) {",
      'if (false) {',
    ],
    'handlers: an action that does not fit fails for good': [
      'if (error instanceof InvalidDocument) throw new FailedForGood(error.message);',
      '',
    ],
  },
  'src/reactions/carrying.ts': {
    'handlers: what takes too long is tried again': [
      "signal.addEventListener('abort', () => reject(new TryAgain('timed out')));",
      '',
    ],
  },
  'src/reactions/actions.ts': {
    'handlers: what others carry out is left to them': [
      'if (!isCarriedType(type) && !isMappedType(type)) {',
      'if (false) {',
    ],
    'handlers: the form of a job is checked': [
      'const action = checkedAction(own, job);',
      'const action = job.action as never;',
    ],
  },
  'src/reactions/reactor.ts': {
    'handlers: documents are checked when they are put': ['if (schema) checkAnnounced(', 'if (false) checkAnnounced('],
  },
};
