import { describe, expect, test } from 'vitest';
import type { InvalidDocument } from '../../../src/errors.ts';
import type { FreeAction } from '../../../src/index.ts';
import { parseAutomation, problemsOf } from '../../../src/model/automation.ts';
import { refusal } from './entries.ts';

const reactive = { posture: 'Reactive' };
const minimal = { id: 'a', name: 'A', trigger: reactive };

const reason = (document: unknown): string => refusal(() => parseAutomation(document));

test('the shortest automation is completed', () => {
  expect(parseAutomation(minimal)).toEqual({
    id: 'a',
    name: 'A',
    enabled: true,
    trigger: {
      type: 'event',
      posture: 'Reactive',
      match: new Map(),
      matchRelated: [],
      after: [],
      expect: [],
      forEach: [],
      threshold: 1,
      withinMs: 0,
      repeat: true,
    },
    actions: [],
    actionsOnTrigger: [],
    actionsOnResolve: [],
    allowSelfTrigger: false,
    mode: null,
    document: minimal,
  });
});

test('the document is kept as it was sent, apart from its sender, and nothing of it can be changed', () => {
  const sent = { ...minimal, tags: ['x'], actions: [{ type: 'x', list: [1] }], created: undefined };
  const automation = parseAutomation(sent);
  sent.tags.push('later');
  expect(automation.document).toEqual({ ...minimal, tags: ['x'], actions: [{ type: 'x', list: [1] }] });
  expect(() => Object.assign(automation.document, { id: 'b' })).toThrow(TypeError);
  expect(() => Object.assign(automation.trigger, { threshold: 9 })).toThrow(TypeError);
  expect(Object.isFrozen((automation.actions[0] as FreeAction).list)).toBe(true);
});

test('a document exported from Prefect loads unchanged', () => {
  const document = {
    id: '7c0f8a3e-6a51-4a6f-9a53-0d5c9a3f9d11',
    created: '2026-01-01T00:00:00Z',
    updated: null,
    name: 'export',
    description: '',
    tags: [],
    enabled: false,
    owner_resource: null,
    trigger: {
      type: 'compound',
      id: '1',
      require: 'all',
      within: 3600.0,
      triggers: [
        {
          type: 'event',
          id: '2',
          match: {},
          match_related: {},
          after: [],
          expect: ['x'],
          for_each: [],
          posture: 'Reactive',
          threshold: 1,
          within: 0.0,
        },
        {
          type: 'sequence',
          id: '3',
          within: null,
          triggers: [{ type: 'event', id: '4', posture: 'Proactive', within: 30.0, threshold: 1 }],
        },
      ],
    },
    actions: [
      { type: 'run-deployment', source: 'selected', parameters: { a: null }, deployment_id: '5', job_variables: null },
      { type: 'do-nothing' },
    ],
    actions_on_trigger: [],
    actions_on_resolve: [],
  };
  const automation = parseAutomation(document);
  expect(automation.document).toEqual(document);
  expect(automation.actions).toEqual(document.actions);
  expect(automation.enabled).toBe(false);
});

const cyclic: Record<string, unknown> = { ...minimal };
cyclic.tags = [cyclic];

describe('an automation is refused with the place and the reason', () => {
  const cases: [unknown, string][] = [
    [null, 'automation: must be an object'],
    [[minimal], 'automation: must be an object'],
    ['x', 'automation: must be an object'],
    [undefined, 'automation: must be an object'],
    [{ ...minimal, colour: 'red' }, 'colour: unknown key'],
    [{ ...minimal, id: undefined }, 'id: is required'],
    [{ ...minimal, id: '' }, 'id: is required'],
    [{ ...minimal, id: 5 }, 'id: is required'],
    [{ ...minimal, id: '\ud800' }, 'id: must be well-formed Unicode'],
    [{ ...minimal, name: null }, 'name: is required'],
    [{ ...minimal, name: [] }, 'name: is required'],
    [{ ...minimal, enabled: 'yes' }, 'enabled: must be true or false'],
    [{ ...minimal, enabled: null }, 'enabled: must be true or false'],
    [{ ...minimal, allow_self_trigger: 1 }, 'allow_self_trigger: must be true or false'],
    [{ id: 'a', name: 'A' }, 'trigger: is required'],
    [
      { ...minimal, actions: Array.from({ length: 1_001 }, () => ({ type: 'x' })) },
      'actions: must have at most 1000 entries',
    ],
    [{ ...minimal, trigger: null }, 'trigger: must be an object'],
    [{ ...minimal, trigger: [reactive] }, 'trigger: must be an object'],
    [{ ...minimal, actions: {} }, 'actions: must be a list of actions'],
    [{ ...minimal, actions: null }, 'actions: must be a list of actions'],
    [{ ...minimal, actions_on_trigger: 'x' }, 'actions_on_trigger: must be a list of actions'],
    [{ ...minimal, actions_on_resolve: 5 }, 'actions_on_resolve: must be a list of actions'],
    [{ ...minimal, actions: [{ type: 'x' }, null] }, 'actions[1]: must be an object'],
    [{ ...minimal, tags: [['\udfff']] }, 'tags[0][0]: must be well-formed Unicode'],
  ];
  test.each(cases.map(([document, expected]) => [expected, document]))('%s (case %#)', (expected, document) => {
    expect(reason(document)).toBe(expected);
  });

  test('a cyclic document', () => {
    expect(reason(cyclic)).toBe('automation: must be JSON: neither cyclic nor nested without end');
  });
});

describe('all problems of a document are found at once', () => {
  const sentences = (document: unknown): string[] => problemsOf(document).map(({ message }) => message);

  test('at every level, the first one first', () => {
    const document = {
      id: '',
      name: 'A',
      colour: 'red',
      trigger: {
        require: 'most',
        witin: 5,
        triggers: [{ posture: 'reactive', threshold: -1, within: 'soon', match: { a: 1, b: 2 } }, { expect: 'x' }, 5],
      },
      actions: [{ type: 'queue' }, {}],
      actions_on_resolve: 5,
    };
    expect(sentences(document)).toEqual([
      'id: is required',
      'colour: unknown key',
      'trigger.triggers[0].posture: must be "Reactive" or "Proactive"',
      'trigger.triggers[0].threshold: must be a whole number, 0 or more',
      'trigger.triggers[0].match.a: must be a string or a list of strings',
      'trigger.triggers[0].match.b: must be a string or a list of strings',
      'trigger.triggers[0].within: must be a duration',
      'trigger.triggers[1].expect: must be a list of strings',
      'trigger.triggers[2]: must be an object',
      'trigger.require: must be "any", "all" or a whole number from 1 to 3',
      'trigger.witin: unknown key',
      'actions[0].queue: is required',
      'actions[1].type: is required',
      'actions_on_resolve: must be a list of actions',
    ]);
    expect(reason(document)).toBe('id: is required');
  });

  test('none where there is none, one where reading cannot go on', () => {
    expect(sentences(minimal)).toEqual([]);
    expect(sentences(5)).toEqual(['automation: must be an object']);
    expect(sentences({ ...minimal, trigger: undefined })).toEqual(['trigger: is required']);
  });

  test('never more than a hundred', () => {
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]));
    expect(sentences({ ...minimal, ...keys })).toHaveLength(100);
  });
});

test('what Prefect Cloud adds has no effect, whatever it is', () => {
  const cloud = { ...minimal, account: 'a', workspace: { id: 5 }, owner_resource: null, actor: null };
  const { document: _, ...automation } = parseAutomation(cloud);
  const { document: __, ...expected } = parseAutomation(minimal);
  expect(automation).toEqual(expected);
});

test('the offending value is shown beside the reason, in short', () => {
  const at = (trigger: object): string => {
    try {
      parseAutomation({ ...minimal, trigger });
    } catch (error) {
      return (error as InvalidDocument).value;
    }
    return 'accepted';
  };
  expect(at({ posture: 'reactive' })).toBe('"reactive"');
  expect(at({ ...reactive, threshold: -1 })).toBe('-1');
  expect(at({ triggers: [{}], type: 'compound' })).toBe('');
  expect(at({ ...reactive, match: [] })).toBe('a list of 0');
  expect(at({ posture: 'x'.repeat(10_000) }).length).toBe(80);
});
