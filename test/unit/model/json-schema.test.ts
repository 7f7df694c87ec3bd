import { describe, expect, test } from 'vitest';
import { automationDocument, parseAutomation } from '../../../src/model/automation.ts';
import { eventDocument, parseEvent } from '../../../src/model/event.ts';
import { schemas } from '../../../src/model/json-schema.ts';
import { triggeredAction } from '../../../src/model/triggered-action.ts';

test('each document has a schema that stands on its own', () => {
  const all = schemas();
  expect(Object.keys(all)).toEqual(['event', 'automation', 'firing', 'triggered-action', 'test', 'sources']);
  for (const schema of Object.values(all)) {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      title: expect.any(String),
    });
    const defined = Object.keys((schema.$defs as object | undefined) ?? {}).map((name) => `#/$defs/${name}`);
    const used = JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g);
    for (const [, target] of used) expect(defined).toContain(target);
  }
});

test('the schemas say what JSON Schema can say', () => {
  const { event, automation } = schemas();
  expect(event).toMatchObject({
    required: ['event', 'resource'],
    properties: {
      id: { anyOf: [{ type: 'string', minLength: 1, maxLength: 128 }, { type: 'null' }] },
      event: { maxLength: 1024 },
      resource: { maxProperties: 500 },
      related: { maxItems: 500 },
    },
  });
  expect(automation).toMatchObject({
    required: ['id', 'name', 'trigger'],
    additionalProperties: { type: 'null' },
    $defs: {
      Trigger: {
        anyOf: [
          { properties: { posture: { default: 'Reactive' } } },
          { required: ['triggers', 'require'] },
          { required: ['triggers'] },
        ],
      },
      Action: { required: ['type'] },
    },
  });
  expect(automation).toHaveProperty('$defs.Action.allOf.0.then.required', ['type', 'queue']);
  expect(automation).toHaveProperty('$defs.Action.allOf.2.if.properties.type.const', 'notify');
});

const trigger = {
  triggers: [
    { posture: 'Reactive' },
    { require: 1, triggers: [{ type: 'event', posture: 'Proactive', within: '1m' }] },
  ],
};
const automation = { id: 'a', name: 'A', trigger, actions: [{ type: 'queue', queue: 'mails', data: { a: 1 } }] };

describe('the published shape of automations and the reader agree', () => {
  test.each([
    [automation, true],
    [{ ...automation, trigger: { ...trigger, within: null } }, true],
    [{ ...automation, trigger: { triggers: [] } }, false],
    [{ ...automation, trigger: { triggers: [{}] } }, true],
    [{ ...automation, account: 'x', workspace: {}, colour: null, trigger: { colour: null } }, true],
    [{ ...automation, trigger: { triggers: [{ type: 'metric' }] } }, false],
    [{ ...automation, trigger: { for_each: Array.from({ length: 33 }, String) } }, false],
    [{ ...automation, trigger: { expect: ['x'.repeat(1_025)] } }, false],
    [{ ...automation, trigger: { posture: 'Reactive', expects: [] } }, false],
    [{ ...automation, trigger: { posture: 'Reactive', match: { a: 1 } } }, false],
    [{ ...automation, actions: [{}] }, false],
    [{ ...automation, other: 1 }, false],
  ])('%j: %s', (document, answer) => {
    expect(automationDocument.safeParse(document).success).toBe(answer);
    if (answer) parseAutomation(document);
    else expect(() => parseAutomation(document)).toThrow(': ');
  });
});

test('a triggered action holds all its handler needs', () => {
  const instant = '2026-03-02T09:00:00.000Z';
  const event = eventDocument(
    parseEvent({ event: 'x', resource: { id: 'r' } }, { entryId: '1-1', received: Date.parse(instant) }),
  );
  const fired = {
    id: 'f',
    trigger,
    state: 'Triggered',
    triggered: instant,
    triggering_labels: {},
    triggering_event: event,
  };
  const child = { ...fired, trigger: trigger.triggers[0], triggering_firings: [] };
  const action = {
    id: 'f-f-0',
    automation,
    firing: { ...fired, decided: instant, triggering_firings: [{ ...child, triggering_firings: [child] }] },
    triggered: instant,
    triggering_labels: {},
    triggering_event: null,
    action: automation.actions[0],
    action_index: 0,
    state_change_event: 's-f',
    data: { a: 1 },
    idempotencyKey: 'f-f-0',
  };
  expect(triggeredAction.safeParse(action).error).toBeUndefined();
  expect(triggeredAction.safeParse({ ...action, firing: { ...action.firing, decided: 'now' } }).success).toBe(false);
  expect(triggeredAction.safeParse({ ...action, idempotencyKey: undefined }).success).toBe(false);
});
