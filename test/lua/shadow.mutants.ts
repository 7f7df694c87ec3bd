import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/firing.lua': {
    'shadow: no automation hears of a firing': ['  if f.shadow then\n    e.counts', '  if false then\n    e.counts'],
    'shadow: what an alert brings is in shadow as its firing was': ['  f.shadow = f.shadow or a.shadow and true\n', ''],
  },
  'lua/include/notation.lua': {
    'shadow: an alert keeps that it was set there': ["if a.shadow then text = text .. ' shadow 1' end", ''],
  },
  'lua/include/absence.lua': {
    'shadow: so does that of an absence': ['if s.kind.rooted and trigger.shadow then b.alert.shadow = 1 end', ''],
  },
  'src/model/automation.ts': {
    'shadow: a document that does not say leaves it there': [
      "return parseAutomation({ ...automation.document, mode: 'shadow' });",
      'return automation;',
    ],
  },
};
