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
    '10: its key is in the order of names': ['Object.keys(labels).sort(compareText)', 'Object.keys(labels)'],
    '10: an empty value has no label of its own': ['if (labels[name]) resource', 'resource'],
    '10: it carries the posture of an event trigger': [
      "if (firing.posture !== '') resource.posture",
      "if (firing.posture === 'x') resource.posture",
    ],
  },
};
