import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Plan, planOf } from '../../../src/match/plan.ts';
import { type Interest, TriggerIndex } from '../../../src/match/trigger-index.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { eventNamed } from './plans.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const where = pick(
  'payload.kind == "a"',
  'payload.kind == "b"',
  '"c" == payload.kind',
  'payload.kind in ["a", "c", 1]',
  'payload.kind == 1',
  'payload.kind == 1.0 || payload.kind == null',
  'payload.kind == "a" || event == "order"',
  'payload.kind == "a" && payload.at.x == true',
  'payload.at.x == false',
  'payload["at"]["x"] == "a"',
  '!(payload.kind == "a")',
  'has(payload.kind) && payload.kind != "a"',
  'payload.at.x == 0',
  'payload.list[0] == "a"',
);
const name = pick('order', 'paid', 'o*', '*', '!order');
const spec = pick<object>({}, {}, { id: 'r1' }, { id: ['r2', 'r3'] }, { env: '!x' });
const pattern = fc.oneof(
  name,
  fc.record(
    {
      event: fc.oneof(name, fc.array(name, { maxLength: 2 })),
      match: spec,
      match_related: pick<object>({}, { role: 'shop' }),
      where,
    },
    { requiredKeys: [] },
  ),
);
const patterns = fc.array(pattern, { maxLength: 3 });
const eventTrigger = fc.record(
  {
    expect: patterns,
    after: patterns,
    reset: patterns,
    match: spec,
    where,
    distinct: pick('payload.kind', 'payload.at.x'),
  },
  { requiredKeys: [] },
);
const trigger = fc.oneof(
  { arbitrary: eventTrigger, weight: 3 },
  { arbitrary: fc.record({ unless: patterns, triggers: fc.tuple(eventTrigger, eventTrigger) }), weight: 1 },
);
const value = pick<unknown>('a', 'b', 'c', 1, 0, -0, null, true, false, ['a'], { x: 'a' });
const event = fc
  .record({
    event: pick('order', 'paid', 'other'),
    resource: fc.record({ id: pick('r1', 'r2', 'r3'), env: pick('x', 'y') }),
    related: pick<{ id: string; role: string }[]>([], [{ id: 's', role: 'shop' }]),
    payload: fc.record(
      { kind: value, at: fc.record({ x: value }), list: pick<unknown>([], ['a'], 'a') },
      { requiredKeys: [] },
    ),
  })
  .map(({ event: named, ...parts }) => eventNamed(named, parts));

function planned(id: number, document: object): Plan {
  return planOf(parseAutomation({ id: `a${String(id).padStart(2, '0')}`, name: 'A', trigger: document }), 1, null);
}

function shown({ node, ...interest }: Interest): object {
  return { automation: node.automationId, place: node.path, ...interest };
}

test('an index of many finds what each would find alone, through any changes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.option(trigger, { freq: 5 })), {
        maxLength: 80,
        size: 'max',
      }),
      fc.array(event, { minLength: 5, maxLength: 5 }),
      (changes, events) => {
        const index = new TriggerIndex();
        const plans = new Map<string, Plan>();
        for (const [id, document] of changes) {
          const plan = planned(id, document ?? {});
          if (document === null) index.delete(plan.automation.id);
          else index.put(plan);
          if (document === null) plans.delete(plan.automation.id);
          else plans.set(plan.automation.id, plan);
        }
        const alone = [...plans.keys()].sort().map((id) => {
          const one = new TriggerIndex();
          one.put(plans.get(id) as Plan);
          return one;
        });
        for (const asked of events) {
          expect(index.interested(asked).map(shown)).toEqual(alone.flatMap((one) => one.interested(asked)).map(shown));
        }
      },
    ),
    { numRuns: 300 },
  );
});
