import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/sending.ts': {
    'targets: one that is missing is waited for': ['    throw new NotYet(', '    throw new FailedForGood('],
    'targets: their rate is kept': ['if (waitMs > 0) throw', 'if (false) throw'],
    'targets: one rate, whatever names it': ['targets.current.nameOf(name), rate', 'name, rate'],
    'webhooks: a URL of a document is not trusted': ['trusted: target !== null,', 'trusted: true,'],
  },
  'src/reactions/carrying.ts': {
    'templates: a name without a value fails for good': [
      'if (error instanceof InvalidDocument) throw new FailedForGood(error.message);\n    throw error;\n  }\n}\n\n/** Keys that are texts',
      'throw error;\n  }\n}\n\n/** Keys that are texts',
    ],
  },
  'src/relay/deliveries.ts': {
    'deliveries: what fails for good is not tried again': ['new UnrecoverableError(reason)', 'new TryAgain(reason)'],
    'deliveries: no try before the receiver asked for it': [
      'return Math.max(least, Math.round(',
      'return Math.max(0, Math.round(',
    ],
    'deliveries: to wait is no try': ['throw new DelayedError();', "throw new Error('waits');"],
    'deliveries: stacks hold no secret': ['  failure.stack = reason;\n', ''],
  },
  'src/reactions/engine-actions.ts': {
    'events: the id is that of the job': [
      '{ ...withoutMissing(given), id, cause_chain',
      '{ ...withoutMissing(given), cause_chain',
    ],
    'events: the cause chain goes on': ['cause_chain: causesOf(job)', 'cause_chain: []'],
    'events: keys of the engine are its own': ['if (!name.startsWith(own) ||', 'if (name !== own ||'],
  },
};
