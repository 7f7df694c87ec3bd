import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/firing.ts': {
    '10: the chain of a state-change event names its automation': [
      '[...(firing.event?.cause_chain ?? []), firing.automation]',
      '[...(firing.event?.cause_chain ?? [])]',
    ],
    '10: and what caused the event': [
      '[...(firing.event?.cause_chain ?? []), firing.automation]',
      '[firing.automation]',
    ],
    '10: a state-change event occurred when it was triggered': ['occurred: firing.triggered,', 'occurred: received,'],
    '10: it carries the posture of an event trigger': [
      "if (firing.posture !== '') resource.posture",
      "if (firing.posture === 'x') resource.posture",
    ],
  },
};
