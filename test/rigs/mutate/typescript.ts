import { mutationsOf } from './mutation.ts';

/** Rules of matching, of documents and of definitions broken one by one. */
export const typescript = [
  ...mutationsOf(
    'src/match/glob.ts',
    ['test/unit/match/glob.test.ts'],
    [
      [
        '3.1: an absent value never matches, not even a negation',
        'value !== undefined && !matches(value)',
        '!matches(value)',
      ],
      ['3.1: `?` is exactly one character', 'steps.push(ANY_CHARACTER);', 'steps.push(ANY_RUN);'],
      ['3.1: `!` in a set negates it', 'set.negated !== isMember(set.ranges, point)', 'isMember(set.ranges, point)'],
      ['3.1: a range includes its ends', 'point <= (ranges[pair + 1] ?? 0)', 'point < (ranges[pair + 1] ?? 0)'],
      [
        '3.1: `!` negates the pattern',
        'value !== undefined && !matches(value)',
        'value !== undefined && matches(value)',
      ],
    ],
  ),
  ...mutationsOf(
    'src/match/labels.ts',
    ['test/unit/match/labels.test.ts'],
    [
      [
        '3.2: the first resource in a role counts',
        'for (const labels of event.related) {',
        'for (const labels of [...event.related].reverse()) {',
      ],
      [
        '3.2: when nobody has the role, the primary resource is asked',
        '    return ownLabel(event.resource, name);\n  };',
        '    return undefined;\n  };',
      ],
      ['3.3: every label of a spec must match', 'wanted.every(', 'wanted.some('],
      [
        '3.3: at least one related resource matches the whole spec',
        'event.related.some(matches)',
        'event.related.every(matches)',
      ],
    ],
  ),
  ...mutationsOf(
    'src/match/trigger-index.ts',
    ['test/unit/match/trigger-index.test.ts'],
    [
      ['14: more than 8 causes are too many', 'LONGEST_CAUSE_CHAIN = 8', 'LONGEST_CAUSE_CHAIN = 9'],
      [
        '14: an automation does not see what it caused',
        'entry.covers(event) && !isExcluded(entry, event)',
        'entry.covers(event)',
      ],
      ['14: unless it wants to', '!seesItself && event', 'event'],
      [
        '7.1: automations in order of id',
        'compareText(a.node.automationId, b.node.automationId) ||',
        'compareText(b.node.automationId, a.node.automationId) ||',
      ],
      ['7.1: triggers depth first', 'a.node.order - b.node.order', 'b.node.order - a.node.order'],
      [
        '6: no pattern means any event',
        "expects: compileNames(trigger.expect.length === 0 ? ['*'] : trigger.expect)",
        'expects: compileNames(trigger.expect)',
      ],
      ['13: a disabled automation sees nothing', 'if (!plan.automation.enabled) return;', ''],
    ],
  ),
  ...mutationsOf(
    'src/match/key.ts',
    ['test/unit/match/key.test.ts'],
    [
      ['6: an absent label is an empty one', "find(event) ?? ''", "find(event) ?? '?'"],
      ['8.2: keys in order of code points', 'replace(ESCAPABLE, shiftUp)).join', 'replace(/[+,]/g, shiftUp)).join'],
    ],
  ),
  ...mutationsOf(
    'src/model/event.ts',
    ['test/unit/model/event.test.ts', 'test/apply/chunk.test.ts'],
    [
      [
        '4: nothing happens after it was received',
        'return Math.min(event.occurred, event.received);',
        'return event.occurred;',
      ],
      ['2: a missing `occurred` is when it was received', '?? arrival.received,\n    received', '?? 0,\n    received'],
    ],
  ),
  ...mutationsOf(
    'src/model/firing.ts',
    ['test/unit/model/firing.test.ts'],
    [
      [
        '10: the chain of a state-change event names its automation',
        '[...(firing.event?.cause_chain ?? []), firing.automation]',
        '[...(firing.event?.cause_chain ?? [])]',
      ],
      [
        '10: and what caused the event',
        '[...(firing.event?.cause_chain ?? []), firing.automation]',
        '[firing.automation]',
      ],
      ['10: a state-change event occurred when it was triggered', 'occurred: firing.triggered,', 'occurred: received,'],
      [
        '10: it carries the posture of an event trigger',
        "if (firing.posture !== '') resource.posture",
        "if (firing.posture === 'x') resource.posture",
      ],
    ],
  ),
  ...mutationsOf(
    'src/model/trigger.ts',
    ['test/unit/model/trigger.test.ts'],
    [
      ['5.2: the shortest Proactive window is 10 s', 'SHORTEST_PROACTIVE_MS = 10_000', 'SHORTEST_PROACTIVE_MS = 9_000'],
      ['5.3: all children are needed for "all"', 'all: triggers.length }', 'all: 1 }'],
      ['5.3: require alone makes a compound', "? 'sequence' : 'compound'", "? 'compound' : 'sequence'"],
    ],
  ),
  ...mutationsOf(
    'src/model/duration.ts',
    ['test/unit/model/duration.test.ts'],
    [['5.4: m is a minute', 'm: 60_000n', 'm: 61_000n']],
  ),
  ...mutationsOf(
    'src/match/plan.ts',
    ['test/unit/match/plan.test.ts'],
    [
      [
        '13: another threshold is another definition',
        '    trigger.threshold,\n    trigger.withinMs,\n    plainSpec',
        '    trigger.withinMs,\n    plainSpec',
      ],
      [
        '13: `repeat` never touches state',
        '    trigger.forEach,\n  ];\n}',
        '    trigger.forEach,\n    trigger.repeat,\n  ];\n}',
      ],
      [
        '13: another `within` of a composite is another definition',
        'trigger.require, trigger.withinMs, trigger.forEach]',
        'trigger.require, trigger.forEach]',
      ],
      ['13: a stored child goes with everything below it', 'treeSince}`', 'ownSince}`'],
      [
        '8.2: triggers of an automation in depth-first order',
        'String.fromCharCode(0x5f + index.length) + index',
        'index',
      ],
    ],
  ),
  ...mutationsOf(
    'src/apply/match-entry.ts',
    ['test/apply/chunk.test.ts'],
    [['7.1: ignored names are not applied', 'if (view.ignored.has(event.event))', "if (event.event === '-')"]],
  ),
  ...mutationsOf(
    'src/apply/chunk.ts',
    ['test/apply/chunk.test.ts'],
    [['12.2: nobody waits for itself', ' && event.follows !== event.id', '']],
  ),
];
