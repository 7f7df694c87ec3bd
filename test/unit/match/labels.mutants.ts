import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/labels.ts': {
    '3.2: the first resource in a role counts': [
      'for (const labels of event.related) {',
      'for (const labels of [...event.related].reverse()) {',
    ],
    '3.2: when nobody has the role, the primary resource is asked': [
      '    return ownLabel(event.resource, name);\n  };',
      '    return undefined;\n  };',
    ],
    '3.3: every label of a spec must match': ['wanted.every(', 'wanted.some('],
    '3.3: at least one related resource matches the whole spec': [
      'event.related.some(matches)',
      'event.related.every(matches)',
    ],
  },
};
