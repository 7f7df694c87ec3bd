import { describe, expect, test } from 'vitest';
import {
  compiledFields,
  isStanding,
  type Plan,
  planOf,
  storedPlan,
  type TriggerNode,
} from '../../../src/match/plan.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

const leaf = (expect: string, rest: object = {}) => ({ posture: 'Reactive', expect: [expect], ...rest });
const compound = (triggers: object[], rest: object = {}) => ({ type: 'compound', require: 'all', triggers, ...rest });
const laidOut = (trigger: object, revision = 1, before: Plan | null = null, id = 'a'): Plan =>
  planOf(parseAutomation({ id, name: 'A', trigger }), revision, before && storedPlan(before));

const at = (plan: Plan, path: string): TriggerNode => {
  const node = plan.nodes.find((one) => one.path === path);
  if (!node) throw new Error(`nothing at ${path}`);
  return node;
};

const bytes = (text: string): Buffer => Buffer.from(text);

const tree = compound([leaf('x'), compound([leaf('y'), leaf('z')]), leaf('w')]);

test('triggers are laid out depth first, composites before their children', () => {
  const plan = laidOut(tree);
  expect(plan.nodes.map(({ path, order, index, parent }) => [path, order, index, parent])).toEqual([
    ['', 0, 0, null],
    ['0', 1, 0, ''],
    ['1', 2, 1, ''],
    ['1.0', 3, 0, '1'],
    ['1.1', 4, 1, '1'],
    ['2', 5, 2, ''],
  ]);
});

describe('state names', () => {
  test('sort by bytes as their triggers are settled: by automation id, then depth first', () => {
    const wide = compound(
      Array.from({ length: 120 }, (_, i) =>
        i % 9 === 1 ? compound(Array.from({ length: 12 }, () => leaf('x'))) : leaf('x'),
      ),
    );
    const ids = ['', '!', '+', ',', '-', 'A', 'a', 'a ', 'a+', 'a,', 'a-', 'aa', 'é', '\uff5e', '\u{1f600}'].filter(
      (id) => id !== '',
    );
    const names = ids.flatMap((id) => laidOut(wide, 7, null, id).nodes.map(({ name }) => name));
    const sorted = [...names].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
    expect(new Set(names).size).toBe(names.length);
    expect(sorted).toEqual(names);
  });

  test('hold no separator of ids twice: no two triggers of two automations are the same', () => {
    const pairs: [string, string][] = [
      ['a++1', 'a'],
      ['a+0', 'a'],
      ['a:b', 'a'],
      ['a,', 'a,l'],
    ];
    for (const [one, other] of pairs) {
      const names = [one, other].flatMap((id) => laidOut(tree, 1, null, id).nodes.map(({ name }) => name));
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('a new revision', () => {
  /** What changes, and the places that get a new state name, and the children that count as new for their composite. */
  const changes: [what: string, trigger: object, names: string[], children: string[]][] = [
    ['nothing', tree, [], []],
    [
      'ids, defaults written out, lists in another order',
      compound(
        [
          leaf('x', { id: 'i', threshold: 1, within: 0, after: [], match: {} }),
          compound([leaf('y'), leaf('z')]),
          { type: 'event', posture: 'Reactive', expect: ['w', 'w'] },
        ],
        { within: null, for_each: [] },
      ),
      [],
      [],
    ],
    ['one leaf', compound([leaf('X'), compound([leaf('y'), leaf('z')]), leaf('w')]), ['0'], ['', '0']],
    [
      'a leaf deep below',
      compound([leaf('x'), compound([leaf('Y'), leaf('z')]), leaf('w')]),
      ['1.0'],
      ['', '1', '1.0'],
    ],
    [
      'the composite in the middle',
      compound([leaf('x'), compound([leaf('y'), leaf('z')], { within: 5 }), leaf('w')]),
      ['1'],
      ['', '1'],
    ],
    ['the root', compound([leaf('x'), compound([leaf('y'), leaf('z')]), leaf('w')], { require: 2 }), [''], ['']],
    [
      'two children swapped',
      compound([leaf('w'), compound([leaf('y'), leaf('z')]), leaf('x')]),
      ['0', '2'],
      ['', '0', '2'],
    ],
    ['a leaf in place of a composite', compound([leaf('x'), leaf('y'), leaf('w')]), ['1'], ['', '1']],
    ['one child more', compound([leaf('x'), compound([leaf('y'), leaf('z')]), leaf('w'), leaf('v')]), ['3'], ['', '3']],
  ];

  test.each(changes)('keeps the names of what is unchanged: %s', (_, trigger, names, children) => {
    const before = laidOut(tree, 1);
    const after = laidOut(trigger, 2, before);
    const differ = (field: 'name' | 'child') =>
      after.nodes
        .filter((node) => before.nodes.find(({ path }) => path === node.path)?.[field] !== node[field])
        .map(({ path }) => path);
    expect(differ('name')).toEqual(names);
    expect(differ('child')).toEqual(children);
  });

  test('keeps them over any number of revisions, and never gives an old name again', () => {
    const first = laidOut(tree, 1);
    const second = laidOut(leaf('other'), 2, first);
    const third = laidOut(tree, 3, second);
    const fourth = laidOut(tree, 9, third);
    expect(
      third.nodes.map(({ name }) => name).filter((name) => first.nodes.some((node) => node.name === name)),
    ).toEqual([]);
    expect(fourth.nodes.map(({ name }) => name)).toEqual(third.nodes.map(({ name }) => name));
    expect(at(fourth, '')).toMatchObject({ ownSince: 3, treeSince: 3 });
  });

  test('is the same however often it is worked out', () => {
    const before = laidOut(tree, 1);
    const after = laidOut(tree, 2, before);
    const again = planOf(after.automation, 2, JSON.parse(JSON.stringify(storedPlan(after))));
    expect(again).toEqual(after);
  });
});

describe('digests', () => {
  const own = (trigger: object): string => at(laidOut(trigger), '').own;
  const base = { posture: 'Reactive', expect: ['x'], within: 60 };

  test.each([
    ['order and repeats in lists', { expect: ['a', 'b'] }, { expect: ['b', 'a', 'b'] }],
    ['one pattern or a list of one', { match: { k: 'v' } }, { match: { k: ['v'] } }],
    ['the order of labels', { match: { k: 'v', l: 'w' } }, { match: { l: 'w', k: 'v' } }],
    ['one related map or a list of one', { match_related: { k: 'v' } }, { match_related: [{ k: 'v' }] }],
    ['empty related maps', { match_related: [{}, { k: 'v' }] }, { match_related: [{ k: 'v' }] }],
    [
      'the order of related maps',
      { match_related: [{ k: 'v' }, { l: 'w' }] },
      { match_related: [{ l: 'w' }, { k: 'v' }] },
    ],
    ['how a duration is written', { within: '1m' }, { within: 60 }],
    ['what is said of a silence that goes on', { posture: 'Proactive' }, { posture: 'Proactive', repeat: false }],
  ])('are the same when the meaning is: %s', (_, one, other) => {
    expect(own({ ...base, ...one })).toBe(own({ ...base, ...other }));
  });

  test.each([
    ['lists that are joined alike', { expect: ['a,b'] }, { expect: ['a', 'b'] }],
    ['one list in the place of another', { expect: ['a'], after: ['b'] }, { expect: ['b'], after: ['a'] }],
    ['a label and its pattern', { match: { k: 'v' } }, { match: { v: 'k' } }],
    ['match and match_related', { match: { k: 'v' } }, { match_related: { k: 'v' } }],
    [
      'one related map with two labels or two maps',
      { match_related: [{ k: 'v', l: 'w' }] },
      { match_related: [{ k: 'v' }, { l: 'w' }] },
    ],
    ['how many are expected', { threshold: 2 }, { threshold: 3 }],
    ['an empty list of patterns', { match: { k: [] } }, { match: {} }],
  ])('differ when the meaning does: %s', (_, one, other) => {
    expect(own({ ...base, ...one })).not.toBe(own({ ...base, ...other }));
  });

  test('of composites: the type, and all below in its order', () => {
    const digests = [
      tree,
      { ...tree, type: 'sequence', require: undefined },
      compound([compound([leaf('x'), leaf('y')]), leaf('z'), leaf('w')]),
      compound([leaf('w'), compound([leaf('y'), leaf('z')]), leaf('x')]),
    ].map((trigger) => at(laidOut(JSON.parse(JSON.stringify(trigger))), '').tree);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('what is compiled for the scripts', () => {
  const FIELDS =
    'kind automation revision title path order child parent type names within stem threshold once needed children';
  const fieldsOf = (plan: Plan, path: string): Record<string, string> => {
    const fields = compiledFields(plan, at(plan, path));
    return Object.fromEntries(FIELDS.split(' ').map((name, i) => [name, fields[i] ?? '']));
  };

  test('of an event trigger', () => {
    const plan = laidOut(
      compound([{ posture: 'Proactive', after: ['a'], expect: ['x'], within: 60, threshold: 2, for_each: ['b', 'a'] }]),
      5,
    );
    const { tree } = at(plan, '0');
    expect(fieldsOf(plan, '0')).toEqual({
      kind: String(1 + 2 + 8),
      automation: 'a',
      revision: '5',
      title: 'A',
      path: '0',
      order: '1',
      child: '0.5',
      parent: at(plan, '').name,
      type: 'event',
      names: '["a","b"]',
      within: '60000',
      stem: `1:a1:0${tree.length}:${tree}`,
      threshold: '2',
      once: '',
      needed: '',
      children: '',
    });
  });

  test('of a composite: its children under the names they are stored by', () => {
    const before = laidOut(tree, 1);
    const plan = laidOut(
      compound([leaf('x'), compound([leaf('y'), leaf('z')]), leaf('W')], { require: 2, for_each: ['id'] }),
      4,
      before,
    );
    expect(fieldsOf(plan, '')).toMatchObject({
      type: 'compound',
      needed: '2',
      children: '["0.1","1.1","2.4"]',
      names: '["id"]',
      parent: '',
    });
    expect(fieldsOf(plan, '')).toMatchObject({ kind: '16', within: '', threshold: '' });
    expect(fieldsOf(plan, '1')).toMatchObject({ children: '["0.1","1.1"]', needed: '2', parent: at(plan, '').name });
  });

  test.each([
    [{ posture: 'Proactive' }, true],
    [{ posture: 'Proactive', for_each: ['id'] }, true],
    [{ posture: 'Proactive', after: ['a'] }, false],
    [{ posture: 'Reactive' }, false],
  ])('%j stands: %s', (trigger, standing) => {
    const parsed = parseAutomation({ id: 'a', name: 'A', trigger }).trigger;
    expect(parsed.type === 'event' && isStanding(parsed)).toBe(standing);
  });
});
