import { describe, expect, test } from 'vitest';
import type { InvalidDocument } from '../../../src/errors.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
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
  expect(Object.isFrozen(automation.actions[0]?.list)).toBe(true);
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
  expect(at({})).toBe('');
  expect(at({ ...reactive, match: [] })).toBe('a list of 0');
  expect(at({ posture: 'x'.repeat(10_000) }).length).toBe(80);
});
