import { describe, expect, test } from 'vitest';
import { documentsIn } from '../../src/cli/documents.ts';
import { problemText } from '../../src/cli/position.ts';

function read(text: string) {
  const { found, problems } = documentsIn({ file: 'f', text });
  return { found, problems: problems.map(problemText) };
}

describe('the automations of a file', () => {
  test.each<[string, string, unknown[]]>([
    ['one', 'name: a\n', [{ name: 'a' }]],
    ['a list', '- name: a\n- name: b\n', [{ name: 'a' }, { name: 'b' }]],
    ['a list under a key', 'automations:\n  - name: a\n  - name: b\n', [{ name: 'a' }, { name: 'b' }]],
    [
      'several documents of each kind',
      'name: a\n---\n- name: b\n---\nautomations: [{name: c}]\n',
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    ],
    ['documents with nothing in them', '---\n# only words\n---\nname: a\n---\n', [{ name: 'a' }]],
    ['an empty list', '[]', []],
    ['JSON with tabs', '{\n\t"name": "a",\n\t"text": "\\u00e9\\ud83d\\ude00\\/"\n}\n', [{ name: 'a', text: 'é😀/' }]],
    ['a list of JSON', '{"automations":[{"name":"a"}]}', [{ name: 'a' }]],
    [
      'anchors and merges',
      'automations:\n  - &one {name: a, x: 1}\n  - {<<: *one, name: b}\n',
      [
        { name: 'a', x: 1 },
        { name: 'b', x: 1 },
      ],
    ],
    [
      'what helps to write the list, beside it',
      'x-note: 5\ndefaults: &d {x: 1}\nmore: {y: &y 2}\nautomations:\n  - {<<: *d, name: a, y: *y}\n',
      [{ x: 1, name: 'a', y: 2 }],
    ],
    ['a merge beside the list', 'x-all: &all {z: 1}\n<<: *all\nautomations: [{name: a}]\n', [{ name: 'a' }]],
    [
      'words that other YAML would take for more',
      'a: yes\nb: 12:30\nc: 2026-03-02\n',
      [{ a: 'yes', b: '12:30', c: '2026-03-02' }],
    ],
    ['what is no automation, for those who check', '5', [5]],
  ])('%s', (_, text, documents) => {
    const { found, problems } = read(text);
    expect(problems).toEqual([]);
    expect(found.map(({ document }) => document)).toEqual(documents);
  });

  test.each<[string, string, string | RegExp]>([
    ['nothing', '', 'f:1: document: holds no automation'],
    ['only words', '# later\n', 'f:1: document: holds no automation'],
    [
      'a list that is none',
      'x: 1\n---\nautomations: 5\n',
      'f:3: automations: must be a list of automations, beside which only x-… keys and anchors may stand',
    ],
    [
      'a list that is not alone',
      'automations: []\nname: a\n',
      'f:1: automations: must be a list of automations, beside which only x-… keys and anchors may stand',
    ],
    [
      'a number that a double would change',
      'a:\n  - 1\n  - 12345678901234567890\n',
      'f:3: document: the number 12345678901234567890 cannot be kept as it is: write it as a text, in quotes',
    ],
    ['broken YAML', 'a: 1\nb: [1\n', /^f:3: document: is not YAML: /],
    ['a key given twice', 'a: 1\na: 2\n', /^f:2: document: is not YAML: /],
    ['a tag nobody knows', 'a: 1\nb: !secret x\n', /^f:2: document: is not YAML: /],
    ['an alias without anchor', 'a: 1\n---\nb: *x\n', /^f:3: document: .*x/],
    ['a few lines that stand for millions', `${bomb(12)}`, /^f:1: document: cannot be read: /],
  ])('%s is a problem', (_, text, problem) => {
    const { problems } = read(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});

describe('what was made for something else is named, with what to do', () => {
  test.each<[string, string, string[]]>([
    [
      'a prefect.yaml',
      'name: shop\ndeployments:\n  - name: d\n    triggers:\n      - type: event\n',
      ['f:2: deployments: belongs to a prefect.yaml, whose deployments cannot be loaded'],
    ],
    ['triggers without an automation', 'triggers:\n  - expect: [a]\n', ['f:1: triggers: is a list']],
    ['triggers in an automation', 'name: a\ntriggers:\n  - expect: [a]\n', ['f:2: triggers: is a list']],
    [
      'a list of bare triggers',
      '- type: event\n  expect: [a]\n- posture: Reactive\n',
      ['f:1: automation: is a trigger and not yet', 'f:3: automation: is a trigger and not yet'],
    ],
    ['a bare composite', 'type: compound\nrequire: all\ntriggers: []\n', ['f:1: automation: is a trigger and not yet']],
    [
      "Terraform's form",
      'name: a\ntrigger:\n  event:\n    posture: Reactive\n',
      ['f:3: trigger.event: is how Terraform writes it: put what is in it into the trigger itself, with "type: event"'],
    ],
    [
      "Terraform's form inside another",
      'name: a\ntrigger:\n  type: sequence\n  triggers:\n    - event: {}\n    - metric: {}\n',
      [
        'f:5: trigger.triggers[0].event: is how Terraform writes it',
        'f:6: trigger.triggers[1].metric: metric triggers are not supported; count events instead: for lateness expect',
      ],
    ],
  ])('%s', (_, text, sentences) => {
    const { found, problems } = read(text);
    expect(found).toEqual([]);
    expect(problems).toEqual(sentences.map((sentence) => expect.stringContaining(sentence)));
  });

  test('but what only looks like it is judged as an automation', () => {
    const { found, problems } = read('[{name: a, trigger: {type: metric, metric: {}}}, {name: b, deployments: 5}, 7]');
    expect(found).toHaveLength(3);
    expect(problems).toEqual([]);
  });
});

describe('a text that a terminal has broken is not taken for what it was', () => {
  const EXPORT = 'export with "prefect api POST /automations/filter"';

  test.each<[string, string, number]>([
    ['in JSON', '{\n  "name": "a",\n  "description": "it was\nbroken here"\n}\n', 3],
    ['in JSON, within a word', '[{"name": "a", "trigger": {"expect": ["orde\nr.failed"]}}]\n', 1],
    ['twice in one text', '{"name": "a \nb \nc"}', 1],
  ])('%s', (_, text, line) => {
    const { found, problems } = read(text);
    expect(found).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(`f:${line}: document: a text is broken in two here: `)]);
    expect(problems[0]).toContain(EXPORT);
  });

  test('in YAML that Prefect wrote, where it is a mistake', () => {
    const text = 'name: a\ndescription: "it was \nbroken\\\n  \\ here"\nowner_resource: null\n';
    const { found, problems } = read(text);
    expect(found).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^f:\d: document: is not YAML: /)]);
    expect(problems[0]).toContain(EXPORT);
    // Others are given no advice on Prefect, and see all of their mistakes.
    const others = read(text.replace('owner_resource', 'owner')).problems;
    expect(others.length).toBeGreaterThan(1);
    expect(others.join()).not.toContain('prefect');
  });

  test('but one that a person folded is', () => {
    const text = 'name: "a\n  b"\ndescription: \'c\n\n  d\'\ntrigger: {match: {"x": "e\n   f"}}\n';
    expect(read(text).found.map(({ document }) => document)).toEqual([
      { name: 'a b', description: 'c\nd', trigger: { match: { x: 'e f' } } },
    ]);
  });
});

test('automations that begin in one line are named', () => {
  const { found } = read('[{"name": "a", "trigger": {}}, {"id": "B"},\n{"name": "c"}]');
  expect(found.map(({ position }) => position('trigger').at)).toEqual(['f:1 ("a")', 'f:1 (automation 2)', 'f:2']);
});

function bomb(levels: number): string {
  const level = (i: number): string => `l${i}: &l${i} [${Array.from({ length: 9 }, () => `*l${i - 1}`).join(', ')}]`;
  return ['l0: &l0 [x]', ...Array.from({ length: levels }, (_, i) => level(i + 1))].join('\n');
}

test('a part of a document is found by its path, or what is around it', () => {
  const text = [
    'automations:',
    '  - name: a',
    '    trigger:',
    '      type: compound',
    '      triggers:',
    '        - posture: Reactive',
    '        - match:',
    '            kind: x',
    '            kind.of.thing: [a,',
    '              b]',
    '          within: 5',
    '    actions: &actions',
    '      - type: queue',
    '  -',
    '    name: b',
    '    actions: *actions',
  ].join('\n');
  const [a, b] = read(text).found;
  const lines = (one: typeof a, paths: string[]): (string | undefined)[] => paths.map((path) => one?.position(path).at);
  const places: [string, number][] = [
    ['automation', 2],
    ['id', 2],
    ['name', 2],
    ['trigger', 3],
    ['trigger.require', 4],
    ['trigger.triggers[0].posture', 6],
    ['trigger.triggers[1]', 7],
    ['trigger.triggers[1].match.kind', 8],
    ['trigger.triggers[1].match.kind.of.thing', 9],
    ['trigger.triggers[1].match.kind.of.thing[1]', 10],
    ['trigger.triggers[1].match.other', 8],
    ['trigger.triggers[1].within', 11],
    ['trigger.triggers[7].within', 6],
    ['actions[0].queue', 13],
  ];
  expect(
    lines(
      a,
      places.map(([path]) => path),
    ),
  ).toEqual(places.map(([, line]) => `f:${line}`));
  expect(lines(b, ['name', 'trigger', 'actions[0].queue'])).toEqual(['f:15', 'f:15', 'f:13']);
});
