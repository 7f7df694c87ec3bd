import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentsIn } from '../../../src/cli/documents.ts';
import { findingsIn, together } from '../../../src/findings/automation-findings.ts';
import { type LogSample, sampleOf } from '../../../src/findings/log-sample.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { root } from '../../house/tree.ts';

type Row = [what: string, trigger: object, place: string, advice: RegExp | string];

const automation = (trigger: object, more: object = {}) => parseAutomation({ id: 'A', name: 'a', trigger, ...more });

/** Place and advice of each finding. */
function found(trigger: object, more: object = {}, sample: LogSample | null = null): [string, string][] {
  const findings = findingsIn(automation(trigger, more), { sample, unattended: () => null });
  return findings.map(({ place, advice }) => [place, advice]);
}

const REACTIVE = { posture: 'Reactive' };
const PROACTIVE = { posture: 'Proactive', within: 60 };
const expects = (...expect: string[]): object => ({ ...REACTIVE, expect });
const keyed = (...for_each: string[]): object => ({ ...REACTIVE, expect: ['x'], for_each });
const compound = (more: object, ...triggers: object[]): object => ({
  type: 'compound',
  require: 'all',
  triggers,
  ...more,
});

const warned: Row[] = [
  [
    'a key without after on a Proactive trigger',
    { ...PROACTIVE, expect: ['x'], for_each: ['id'] },
    'trigger.for_each',
    /name in "after"/,
  ],
  [
    'the same inside a composite',
    compound({}, expects('a'), { ...PROACTIVE, for_each: ['id'] }),
    'trigger.triggers[1].for_each',
    /name in "after"/,
  ],
  ['threshold 0 on a Proactive trigger', { ...PROACTIVE, threshold: 0 }, 'trigger.threshold', /write 1/],
  [
    'a compound over keys',
    compound({}, keyed('id'), keyed('id', 'a')),
    'trigger.for_each',
    /^write "for_each": \["id"\]/,
  ],
  [
    'a sequence over keys, below another',
    { type: 'sequence', triggers: [expects('a'), { type: 'sequence', triggers: [keyed('a'), keyed('b')] }] },
    'trigger.triggers[1].for_each',
    /^name in it a label that all have/,
  ],
  ['an anchored expression', expects('a', '^order\\.'), 'trigger.expect[1]', 'write "order.*"'],
  ['an arming expression', { ...REACTIVE, after: ['.*'] }, 'trigger.after[0]', 'write "*"'],
  [
    'an expression with a choice',
    expects('order.(paid|failed)'),
    'trigger.expect[0]',
    'write "order.paid", "order.failed"',
  ],
  ['a choice alone', expects('(a|b)'), 'trigger.expect[0]', 'write "a", "b"'],
  ['a choice without a group', expects('^a$|^b$'), 'trigger.expect[0]', /^write it with \*/],
  ['digits', expects('v\\d'), 'trigger.expect[0]', 'write "v[0-9]"'],
  ['many digits, up to the end', expects('v\\d+$'), 'trigger.expect[0]', 'write "*v[0-9]*"'],
  ['repeated sets', expects('[a-z]+\\.x'), 'trigger.expect[0]', 'write "[a-z]*.x"'],
  ['a negated expression', expects('!^order\\..*'), 'trigger.expect[0]', 'write "!order.*"'],
  ['a negated choice', expects('!(a|b)'), 'trigger.expect[0]', /^write it with \*/],
  ['an expression that is no glob', expects('(ab)+'), 'trigger.expect[0]', /^write it with \*/],
  ['an expression for a label', { ...REACTIVE, match: { id: ['a', '^b.*$'] } }, 'trigger.match.id[1]', 'write "b*"'],
  [
    'an expression for the label of a related resource',
    { ...REACTIVE, match_related: [{}, { 'a.b': '\\d+' }] },
    'trigger.match_related[1].a.b',
    'write "[0-9]*"',
  ],
  ['a name that ends with a separator', expects('order.'), 'trigger.expect[0]', 'write "order.*"'],
  ['a name that ends with a comma', expects('order.failed,'), 'trigger.expect[0]', 'write "order.failed"'],
  ['a name that ends with a space', expects('order.failed '), 'trigger.expect[0]', 'write "order.failed"'],
  ['a name that begins with a space', expects(' order.failed'), 'trigger.expect[0]', 'write "order.failed"'],
  [
    "an event of Prefect's automations",
    expects('prefect.automation.triggered'),
    'trigger.expect[0]',
    'write "automation.triggered"',
  ],
  [
    'the same in the cloud',
    expects('prefect-cloud.automation.resolved'),
    'trigger.expect[0]',
    'write "automation.resolved"',
  ],
  [
    'all of them',
    expects('prefect.automation.*'),
    'trigger.expect[0]',
    'write "automation.triggered" or "automation.resolved"',
  ],
  ['those about actions', expects('prefect.automation.action.failed'), 'trigger.expect[0]', /the job in BullMQ$/],
  [
    "the id of one of Prefect's automations",
    { ...REACTIVE, match: { 'prefect.resource.id': 'prefect.automation.7' } },
    'trigger.match.prefect.resource.id',
    /write id: "automation\.7"$/,
  ],
];

const silent: [what: string, trigger: object][] = [
  ['a heartbeat', { ...PROACTIVE, after: ['x'], expect: ['x'], for_each: ['id'] }],
  ['a key without after whose repeat is written', { ...PROACTIVE, for_each: ['id'], repeat: false }],
  ['a standing window without key', { ...PROACTIVE, expect: ['x'] }],
  ['threshold 0 on a Reactive trigger', { ...REACTIVE, threshold: 0 }],
  ['a composite with for_each', compound({ for_each: ['id'] }, keyed('id'), keyed('id'))],
  ['a composite whose empty for_each is written', compound({ for_each: [] }, keyed('id'), keyed('id'))],
  ['a composite that needs one child', compound({ require: 'any' }, keyed('id'), keyed('id'))],
  ['a composite over one key', compound({}, keyed('id'), expects('x'))],
  ['globs', expects('*', 'order.*', '*.failed', 'order.*.failed', 'v[0-9]*', '!a?', 'a-b_c:d/e', '')],
  ['values that only look odd', { ...REACTIVE, match: { path: ['C:\\data', 'a|b', '5$', 'f(x)', 'a.', ' '] } }],
  ["Prefect's other events", expects('prefect.flow-run.*', 'prefect.*', 'prefect.automations')],
];

describe('a document is warned of', () => {
  test.each(warned)('%s', (_, trigger, place, advice) => {
    const all = found(trigger);
    expect(all.map(([where]) => where)).toEqual([place]);
    expect(all[0]?.[1]).toEqual(typeof advice === 'string' ? advice : expect.stringMatching(advice));
  });

  test.each([
    ['a Reactive root', REACTIVE, 1],
    ['a compound', compound({}, PROACTIVE, REACTIVE), 1],
    ['a Proactive root', PROACTIVE, 0],
    ['a Reactive root that resolves', { ...REACTIVE, resolve: { after: 60 } }, 0],
  ])('that has actions for a resolution below %s: %o', (_, trigger, count) => {
    const places = found(trigger, { actions_on_resolve: [{ type: 'x' }] }).map(([place]) => place);
    expect(places).toEqual(count === 0 ? [] : ['actions_on_resolve']);
  });

  test('once for each queue from which nobody takes jobs', () => {
    const queue = (name: string): object => ({ type: 'queue', queue: name });
    const actions = { actions: [queue('a'), queue('b'), { type: 'call' }], actions_on_trigger: [queue('b')] };
    const unattended = ({ type, queue: name }: { type: string; queue?: unknown }): string | null =>
      type === 'queue' ? (name === 'b' ? 'b' : null) : 'actions';
    const findings = findingsIn(automation(REACTIVE, actions), { sample: null, unattended });
    expect(findings.map(({ grade, place }) => [grade, place])).toEqual([
      ['warning', 'actions[1].queue'],
      ['warning', 'actions[2].type'],
    ]);
  });
});

describe('a document is not warned of', () => {
  test.each(silent)('%s', (_, trigger) => expect(found(trigger)).toEqual([]));

  test('an odd name that events have', () => {
    const sample = sampleOf([{ event: 'order.', resource: { id: 'r' }, related: [], payload: {} }]);
    expect(found(expects('order.', '!order.', '^x'), {}, sample).map(([place]) => place)).toEqual([
      'trigger.expect[2]',
    ]);
  });

  test('any example', () => {
    const files = globSync('examples/**/automations/*.yaml', { cwd: root });
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      const { found: documents } = documentsIn({ file, text: readFileSync(path.join(root, file), 'utf8') });
      for (const { document } of documents) expect(findingsIn(parseAutomation(document)), file).toEqual([]);
    }
  });
});

const CUSTOMER = { id: 'c', role: 'customer', kind: 'gold', 'prefect.resource.name': 'n' };
const EVENT = {
  event: 'x',
  resource: { id: 'r', tier: 'gold', prefecture: 'p' },
  related: [CUSTOMER],
  payload: {},
};
const sample = (events: number): LogSample => sampleOf(Array.from({ length: events }, () => EVENT));

const hinted: Row[] = [
  [
    'a part of the payload',
    { ...REACTIVE, match: { 'payload.x': 'a' } },
    'trigger.match.payload.x',
    /^"match" looks at labels alone: write a condition on payload.x in "where"$/,
  ],
  ['a label misspelt', { ...REACTIVE, match: { teir: 'a' } }, 'trigger.match.teir', 'write "tier"'],
  [
    'a label that nothing is like',
    { ...REACTIVE, match: { zone: 'a' } },
    'trigger.match.zone',
    'see that the events carry it',
  ],
  [
    'a label under its other name',
    { ...REACTIVE, match: { 'prefect.resource.id': 'a' } },
    'trigger.match.prefect.resource.id',
    /write "id"$/,
  ],
  [
    'a related label in match',
    { ...REACTIVE, match: { 'related:customer:kind': 'a' } },
    'trigger.match.related:customer:kind',
    /"match_related": \{"role": "customer", "kind": …\}$/,
  ],
  [
    'a label of related resources in match',
    { ...REACTIVE, match: { kind: 'a' } },
    'trigger.match.kind',
    /write "match_related"$/,
  ],
  [
    'a label of the resource in match_related',
    { ...REACTIVE, match_related: { tier: 'a' } },
    'trigger.match_related.tier',
    /write "match"$/,
  ],
  [
    'a related label misspelt',
    { ...REACTIVE, match_related: { kidn: 'a' } },
    'trigger.match_related.kidn',
    'write "kind"',
  ],
  [
    'a related label under its other name',
    { ...REACTIVE, match_related: { name: 'a' } },
    'trigger.match_related.name',
    /write "prefect.resource.name"$/,
  ],
  ['a role misspelt', keyed('related:costumer:id'), 'trigger.for_each[0]', 'write "related:customer:id"'],
  ['a key that related resources have', keyed('id', 'kind'), 'trigger.for_each[1]', 'write "related:customer:kind"'],
  [
    'the key of a composite',
    compound({ for_each: ['teir'] }, expects('a'), expects('b')),
    'trigger.for_each[0]',
    'write "tier"',
  ],
  [
    'a label of our own events where others are meant',
    { ...expects('x'), match: { posture: 'Reactive' } },
    'trigger.match.posture',
    'see that the events carry it',
  ],
];

describe('a hint', () => {
  test.each(hinted)('tells %s that no event carried', (_, trigger, place, advice) => {
    const findings = findingsIn(automation(trigger), { sample: sample(1_000), unattended: () => null });
    expect(findings).toMatchObject([
      { grade: 'hint', place, reason: expect.stringMatching(/^none of the newest 1,000 events/) },
    ]);
    expect(findings[0]?.advice).toEqual(typeof advice === 'string' ? advice : expect.stringMatching(advice));
    expect(found(trigger, {}, sample(999))).toEqual([]);
  });

  test.each([
    [
      'labels that events carried',
      {
        ...REACTIVE,
        match: { tier: 'a' },
        match_related: { role: 'customer' },
        for_each: ['related:customer:id', 'id'],
      },
    ],
    [
      "labels of Watchfire's own events",
      {
        ...expects('automation.triggered'),
        match: { posture: 'Proactive', name: 'a' },
        match_related: { role: 'triggering-event' },
        for_each: ['key', 'label.order', 'related:triggering-event:id'],
      },
    ],
    ['labels of what became of actions', { ...expects('automation.action.failed'), for_each: ['action', 'target'] }],
  ])('leaves %s alone', (_, trigger) => expect(found(trigger, {}, sample(1_000))).toEqual([]));
});

test('a worker that many automations need stands at the first of them, and each other finding where it is', () => {
  const unattended = ({ type }: { type: string }): string => type;
  const many = ['x', 'y', 'x'].flatMap((type) =>
    findingsIn(automation(expects('^a'), { actions: [{ type }] }), { sample: null, unattended }),
  );
  expect(together(many).map(({ finding: { place, reason }, need }) => [place, reason.slice(0, 41), need])).toEqual([
    ['trigger.expect[0]', expect.any(String), 1],
    ['actions[0].type', 'no worker takes jobs from the queue "x" n', 2],
    ['trigger.expect[0]', expect.any(String), 1],
    ['actions[0].type', 'no worker takes jobs from the queue "y" n', 1],
    ['trigger.expect[0]', expect.any(String), 1],
  ]);
});
