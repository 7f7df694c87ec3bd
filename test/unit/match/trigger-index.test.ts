import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/match/plan.ts';
import { TriggerIndex } from '../../../src/match/trigger-index.ts';
import type { Event, Labels } from '../../../src/model/event.ts';
import type { EventTrigger, Spec, Trigger } from '../../../src/model/trigger.ts';
import { naiveArms, naiveCovers, naiveExpects } from './naive.ts';
import { compound, eventNamed, eventTrigger, planWith } from './plans.ts';

function triggerIndexOf(...plans: Plan[]): TriggerIndex {
  const triggerIndex = new TriggerIndex();
  for (const plan of plans) triggerIndex.put(plan);
  return triggerIndex;
}

/** Interests as text: automation and place, then what the trigger wants the event for. */
function wanted(triggerIndex: TriggerIndex, event: Event): string[] {
  return triggerIndex
    .interested(event)
    .map(
      ({ node, expects, arms }) =>
        `${node.automationId}/${node.path}${expects ? ' expects' : ''}${arms ? ' arms' : ''}`,
    );
}

describe('a trigger', () => {
  test.each([
    ['no pattern expects any event', {}, 'order', ['a/ expects']],
    ['an expected event is counted', { expect: ['order'] }, 'order', ['a/ expects']],
    ['another event is ignored', { expect: ['order'] }, 'orders', []],
    ['an arming event arms', { expect: ['done'], after: ['begun'] }, 'begun', ['a/ arms']],
    ['one event can do both', { expect: ['beat'], after: ['be*'] }, 'beat', ['a/ expects arms']],
    ['any event is expected beside those that arm', { after: ['begun'] }, 'begun', ['a/ expects arms']],
    ['any event is expected beside those that arm, others too', { after: ['begun'] }, 'done', ['a/ expects']],
    ['a prefix', { expect: ['order.*'] }, 'order.failed', ['a/ expects']],
    ['a suffix', { expect: ['*.failed'] }, 'order.failed', ['a/ expects']],
    ['a negation', { expect: ['!order.*'] }, 'invoice', ['a/ expects']],
    ['a negation of this very name', { expect: ['!order.*'] }, 'order.failed', []],
    ['several patterns that match ask once', { expect: ['order', 'ord*', '*', 'o?der'] }, 'order', ['a/ expects']],
    ['the empty name', { expect: [''] }, '', ['a/ expects']],
  ] as const)('%s', (_promise, parts, name, interests) => {
    expect(wanted(triggerIndexOf(planWith('a', eventTrigger(parts))), eventNamed(name))).toEqual(interests);
  });

  test('must cover the event as well', () => {
    const match: Spec = new Map([['id', ['customer.7']]]);
    const triggerIndex = triggerIndexOf(planWith('a', eventTrigger({ match, expect: ['order'] })));
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual(['a/ expects']);
    expect(wanted(triggerIndex, eventNamed('order', { resource: { id: 'customer.8' } }))).toEqual([]);
  });
});

describe('a catalogue', () => {
  const order = eventTrigger({ expect: ['order'] });

  test('answers by automation id in code point order, then depth first as declared', () => {
    const tree = compound(order, compound(order, eventTrigger({ after: ['order'], expect: ['x'] })), eventTrigger());
    const triggerIndex = triggerIndexOf(
      planWith('\u{1F600}', order),
      planWith('\uFFFD', order),
      planWith('b', tree),
      planWith('a', order),
      planWith('B', order),
    );
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual([
      'B/ expects',
      'a/ expects',
      'b/0 expects',
      'b/1.0 expects',
      'b/1.1 arms',
      'b/2 expects',
      '\uFFFD/ expects',
      '\u{1F600}/ expects',
    ]);
  });

  test('gives the same frozen empty list to all events nobody wants', () => {
    const triggerIndex = triggerIndexOf(planWith('a', order));
    const nobody = triggerIndex.interested(eventNamed('other'));
    expect(nobody).toEqual([]);
    expect(Object.isFrozen(nobody)).toBe(true);
    expect(triggerIndex.interested(eventNamed('another'))).toBe(nobody);
    expect(triggerIndex.interested(eventNamed('order', { causeChain: ['a'] }))).toBe(nobody);
  });

  test('keeps an answer as it is when the next event is asked about', () => {
    const triggerIndex = triggerIndexOf(planWith('a', order), planWith('b', eventTrigger({ expect: ['other'] })));
    const first = triggerIndex.interested(eventNamed('order'));
    triggerIndex.interested(eventNamed('other'));
    expect(first.map(({ node }) => node.automationId)).toEqual(['a']);
  });

  test('forgets the earlier automation of the same id', () => {
    const triggerIndex = triggerIndexOf(planWith('a', order), planWith('a', eventTrigger({ expect: ['other'] })));
    expect(triggerIndex.size).toBe(1);
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual([]);
    expect(wanted(triggerIndex, eventNamed('other'))).toEqual(['a/ expects']);
  });

  test('leaves disabled automations out of answers, but counts them', () => {
    const triggerIndex = triggerIndexOf(planWith('a', order), planWith('b', order, { enabled: false }));
    expect(triggerIndex.size).toBe(2);
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual(['a/ expects']);
    triggerIndex.put(planWith('a', order, { enabled: false }));
    triggerIndex.put(planWith('b', order));
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual(['b/ expects']);
  });

  test('forgets a deleted automation, and minds no unknown one', () => {
    const triggerIndex = triggerIndexOf(planWith('a', order), planWith('b', order));
    triggerIndex.delete('a');
    triggerIndex.delete('nobody');
    expect(triggerIndex.size).toBe(1);
    expect(wanted(triggerIndex, eventNamed('order'))).toEqual(['b/ expects']);
  });
});

describe('a cause chain', () => {
  const triggerIndex = triggerIndexOf(
    planWith('a', compound(eventTrigger({ after: ['order'], expect: ['x'] }), eventTrigger())),
    planWith('b', eventTrigger()),
    planWith('c', eventTrigger(), { allowSelfTrigger: true }),
  );
  const chainOf = (length: number): string[] => Array.from({ length }, (_, i) => `cause ${i}`);

  test('hides an event from the automations in it, whatever they want it for', () => {
    expect(wanted(triggerIndex, eventNamed('order', { causeChain: ['x', 'a'] }))).toEqual(['b/ expects', 'c/ expects']);
  });

  test('hides nothing from an automation that may trigger itself', () => {
    expect(wanted(triggerIndex, eventNamed('order', { causeChain: ['c', 'b', 'a', 'c'] }))).toEqual(['c/ expects']);
  });

  test('of 8 is evaluated, of 9 it is not', () => {
    expect(wanted(triggerIndex, eventNamed('order', { causeChain: chainOf(8) }))).toHaveLength(4);
    expect(wanted(triggerIndex, eventNamed('order', { causeChain: chainOf(9) }))).toEqual([]);
  });
});

describe('beside a plain search through all automations', () => {
  const pick = <T>(...values: T[]) => fc.constantFrom(...values);
  const labelName = pick('id', 'id', 'env', 'role', 'related:order:id', '__proto__', 'toString');
  const labelValue = pick('customer.1', 'customer.2', 'customer.3', 'production', 'order', '');
  const labelPattern = fc.oneof(
    { arbitrary: labelValue, weight: 4 },
    { arbitrary: pick('customer.*', 'c*', '*', '!customer.1', '*.2', 'customer.[12]', '!*'), weight: 1 },
  );
  const labels = fc
    .array(fc.tuple(labelName, labelValue), { maxLength: 4 })
    .map((pairs): Labels => Object.assign(Object.create(null), Object.fromEntries(pairs)));
  const spec = fc
    .array(fc.tuple(labelName, fc.array(labelPattern, { maxLength: 3 })), { maxLength: 2 })
    .map((pairs): Spec => new Map(pairs));
  const namePattern = pick(
    'order',
    'order',
    'order',
    'order.failed',
    'invoice',
    'order.*',
    '*',
    'o*',
    '*.failed',
    '!order',
    '[*]',
    'order.[cf]*',
    '',
  );
  const leaf: fc.Arbitrary<EventTrigger> = fc
    .record({
      match: spec,
      matchRelated: fc.array(spec, { maxLength: 2 }),
      expect: fc.array(namePattern, { maxLength: 3 }),
      after: fc.array(namePattern, { maxLength: 2 }),
    })
    .map(eventTrigger);
  const trigger: fc.Arbitrary<Trigger> = fc.oneof(
    { arbitrary: leaf, weight: 3 },
    { arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((leaves) => compound(...leaves)), weight: 1 },
    { arbitrary: fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => compound(a, compound(b, c))), weight: 1 },
  );
  const automationId = fc.oneof(pick('\uFFFD', '\u{1F600}', 'A'), fc.integer({ min: 0, max: 30 }).map(String));
  const event = fc
    .record({
      event: pick('order', 'order', 'order.failed', 'order.created', 'invoice', 'invoice.failed', '*', ''),
      resource: labels,
      related: fc.array(labels, { maxLength: 3 }),
      causeChain: fc.oneof(
        { arbitrary: fc.array(automationId, { maxLength: 8 }), weight: 6 },
        { arbitrary: fc.array(automationId, { minLength: 9, maxLength: 10 }), weight: 1 },
      ),
    })
    .map(({ event: name, ...rest }) => eventNamed(name, rest));
  const step = fc.oneof(
    {
      arbitrary: fc.record({
        put: automationId,
        trigger,
        enabled: pick(true, true, true, false),
        allowSelfTrigger: fc.boolean(),
      }),
      weight: 8,
    },
    { arbitrary: fc.record({ delete: automationId }), weight: 2 },
    { arbitrary: fc.record({ ask: event }), weight: 4 },
  );

  function naiveInterested(plans: ReadonlyMap<string, Plan>, asked: Event): string[] {
    if (asked.causeChain.length > 8) return [];
    const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const found: string[] = [];
    for (const id of [...plans.keys()].sort(byCodePoint)) {
      const { automation, nodes } = plans.get(id)!;
      if (!automation.enabled) continue;
      if (asked.causeChain.includes(id) && !automation.allowSelfTrigger) continue;
      for (const { path, trigger: one } of nodes) {
        if (one.type !== 'event' || !naiveCovers(one, asked)) continue;
        const expects = naiveExpects(one, asked.event);
        const arms = naiveArms(one, asked.event);
        if (expects || arms) found.push(`${id}/${path}${expects ? ' expects' : ''}${arms ? ' arms' : ''}`);
      }
    }
    return found;
  }

  test('the same triggers are found for the same reason in the same order, through any changes', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80, size: 'max' }),
        fc.array(event, { minLength: 5, maxLength: 5 }),
        (steps, events) => {
          const triggerIndex = new TriggerIndex();
          const plans = new Map<string, Plan>();
          const compare = (asked: Event): void => {
            expect(wanted(triggerIndex, asked)).toEqual(naiveInterested(plans, asked));
          };
          for (const one of steps) {
            if ('ask' in one) {
              compare(one.ask);
            } else if ('delete' in one) {
              triggerIndex.delete(one.delete);
              plans.delete(one.delete);
            } else {
              const { put: id, trigger: wantedTrigger, ...options } = one;
              const plan = planWith(id, wantedTrigger, options);
              triggerIndex.put(plan);
              plans.set(id, plan);
            }
            expect(triggerIndex.size).toBe(plans.size);
          }
          events.forEach(compare);
        },
      ),
      { numRuns: 400 },
    );
  });
});
