import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/yaml-file.ts': {
    'a text that was broken in two is refused': [
      'if (message !== null) broken.push',
      'if (message === "") broken.push',
    ],
    'of what Prefect broke only the first mistake is shown': ["advice === '' ? wrong : wrong.slice(0, 1)", 'wrong'],
  },
  'src/cli/documents.ts': {
    'automations of one line are told apart': ['(group) => group.length > 1', '(group) => group.length > 1_000'],
  },
  'src/cli/foreign.ts': {
    'a text that a person folded is read': ['\\n(?=\\S)/.test(source)', '\\n/.test(source)'],
    'only what Prefect wrote is advised how Prefect exports': ['m.test(text) ?', 'm.test(text) || true ?'],
  },
};
