import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/findings/automation-findings.ts': {
    'a few retained events give no hints': ['sample !== null && isTelling(sample)', 'sample !== null'],
    'a name that events have is no mistake': ['sample !== null && hasName(sample, matches)', 'false'],
    'what is to be done once is said once': ['return all[0] === finding ?', 'return all.includes(finding) ?'],
    'one warning for each queue': ['queue === null || known.has(queue)', 'queue === null'],
  },
  'src/findings/triggers.ts': {
    'a heartbeat is not warned of its key': ["after.length > 0 || isWritten('repeat')", "isWritten('repeat')"],
    'a written repeat says that a key without after is meant': [" || isWritten('repeat')", ''],
    'a written for_each says that the keys may differ': [" || isWritten('for_each')", ''],
    'with any, nothing has to go together': ['trigger.needed === 1 || ', ''],
    'threshold 0 is warned of': ['threshold > 0', 'threshold >= 0'],
    'only a root that is Proactive, or says when, resolves': [
      "trigger.type === 'event' && (trigger.posture === 'Proactive' || trigger.resolve !== undefined)",
      "trigger.type === 'event'",
    ],
  },
  'src/findings/patterns.ts': {
    "Prefect's other events are as good as any": ['(?:[.*]|$)/', '/'],
    'of a negated choice no list is made': ["(negation !== '' && globs.length > 1)", 'false'],
  },
  'src/findings/regular-expression.ts': {
    'an expression without end goes on': ["begins && !ends ? '*' : ''", "''"],
    'what is left of an expression is no glob': ['/[\\\\(){}+$^|]/.test(glob)', 'false'],
  },
  'src/findings/labels.ts': {
    'labels of our own events are there, though the log shows none': [' && !(own && OWN_LABEL.test(name))', ''],
    'a label has to be on the resource to be matched': [
      'missing(label, sample.labels.has(label))',
      'missing(label, hasLookup(sample, label))',
    ],
  },
  'src/findings/log-sample.ts': {
    'a key is looked up in its role': [
      'roles.get(related.role)?.has(related.label) === true',
      '[...roles.values()].some((labels) => labels.has(related.label))',
    ],
  },
  'src/findings/similar.ts': {
    'two swapped characters are one mistake': [
      'swapped ? (before[i - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY',
      'Number.POSITIVE_INFINITY',
    ],
  },
};
