import { describe, expect, test } from 'vitest';
import type { OnFailure } from '../../../src/match/conditions.ts';
import { planOf } from '../../../src/match/plan.ts';
import { type Interest, TriggerIndex } from '../../../src/match/trigger-index.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import type { Event } from '../../../src/model/event.ts';
import { parseExact } from '../../../src/model/exact.ts';
import { eventNamed } from './plans.ts';

function indexOf(...triggers: object[]): TriggerIndex {
  const index = new TriggerIndex();
  for (const [i, trigger] of triggers.entries()) {
    index.put(planOf(parseAutomation({ id: `a${i}`, name: 'A', trigger }), 1, null));
  }
  return index;
}

/** What one trigger wants an event for, without the trigger; null when it does not want it. */
function interest(trigger: object, event: Event, onFailure?: OnFailure): Omit<Interest, 'node'> | null {
  const [found] = indexOf(trigger).interested(event, onFailure);
  if (found === undefined) return null;
  const { node: _, ...rest } = found;
  return rest;
}

function order(payload: string, parts: Partial<Event> = {}): Event {
  return eventNamed('order', { payload: parseExact(payload, 'payload') as Event['payload'], ...parts });
}

describe('a condition of a trigger', () => {
  const trigger = { expect: ['order'], after: ['begun'], where: 'payload.total > 1000.0' };

  test('holds for every event of the trigger', () => {
    expect(interest(trigger, order('{"total":1001}'))).toEqual({ expects: true, arms: false });
    expect(interest(trigger, order('{"total":1000}'))).toBeNull();
    expect(interest(trigger, order('{"total":1001}', { event: 'begun' }))).toEqual({ expects: false, arms: true });
    expect(interest(trigger, order('{}', { event: 'begun' }))).toBeNull();
  });

  test('sees the event, its labels, its payload and its times', () => {
    const where = [
      'event == "order"',
      'id == "e"',
      'resource.id == "customer.7"',
      'related.exists(one, one.role == "shop")',
      'received - occurred == duration("60s")',
      'payload.items[0].price == 3',
    ].join(' && ');
    const parts = { related: [{ id: 's', role: 'shop' }], occurred: 0, received: 60_000 };
    expect(interest({ where }, order('{"items":[{"price":3}]}', parts))).not.toBeNull();
    expect(interest({ where }, order('{"items":[{"price":3}]}', { ...parts, received: 59_000 }))).toBeNull();
  });

  test('is asked only when name and labels match, and says whose it was when it failed', () => {
    const failed: string[] = [];
    const onFailure: OnFailure = (id, reason) => failed.push(`${id}: ${reason}`);
    const asked = { ...trigger, match: { id: 'customer.7' } };
    expect(interest(asked, order('{}', { event: 'other' }), onFailure)).toBeNull();
    expect(interest(asked, order('{}', { resource: { id: 'customer.8' } }), onFailure)).toBeNull();
    expect(failed).toEqual([]);
    expect(interest(asked, order('{}'), onFailure)).toBeNull();
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatch(/^a0: ./);
    expect(interest(asked, order('{"total":5000}'), onFailure)).not.toBeNull();
    expect(failed).toHaveLength(1);
  });

  test('of an automation that caused the event is not asked at all', () => {
    const failed: string[] = [];
    expect(interest(trigger, order('{}', { causeChain: ['a0'] }), (id) => failed.push(id))).toBeNull();
    expect(failed).toEqual([]);
  });
});

describe('a pattern that is an object', () => {
  const paid = { event: ['paid', 'settled'], match: { id: 'customer.*' }, where: 'payload.total > 10' };

  test.each<[string, Event, boolean]>([
    ['meets all of it', order('{"total":11}', { event: 'paid' }), true],
    ['has another of its names', order('{"total":11}', { event: 'settled' }), true],
    ['has another name', order('{"total":11}'), false],
    ['has another label', order('{"total":11}', { event: 'paid', resource: { id: 'x' } }), false],
    ['fails the condition', order('{"total":10}', { event: 'paid' }), false],
    ['cannot be asked', order('{}', { event: 'paid' }), false],
  ])('an event that %s', (_what, event, met) => {
    expect(interest({ expect: [paid] }, event)).toEqual(met ? { expects: true, arms: false } : null);
    expect(interest({ expect: ['x'], after: [paid] }, event)).toEqual(met ? { expects: false, arms: true } : null);
    expect(interest({ expect: ['x'], reset: [paid] }, event)).toEqual(
      met ? { expects: false, arms: false, resets: true } : null,
    );
    expect(interest({ expect: ['x'], resolve: { on: [paid] } }, event)).toEqual(
      met ? { expects: false, arms: false, resolves: true } : null,
    );
  });

  test('stands beside texts, and its condition is its own', () => {
    const trigger = { expect: ['order', paid], after: [{ event: 'order', where: 'payload.total > 100' }] };
    expect(interest(trigger, order('{"total":1}'))).toEqual({ expects: true, arms: false });
    expect(interest(trigger, order('{"total":101}'))).toEqual({ expects: true, arms: true });
    expect(interest(trigger, order('{"total":1}', { event: 'paid' }))).toBeNull();
  });

  test('related resources must include each of its maps', () => {
    const trigger = { expect: [{ match_related: [{ role: 'shop' }, { role: 'order', id: 'o.*' }] }] };
    const related = [{ id: 'o.1', role: 'order' }];
    expect(interest(trigger, eventNamed('x', { related }))).toBeNull();
    expect(interest(trigger, eventNamed('x', { related: [...related, { id: 's', role: 'shop' }] }))).not.toBeNull();
  });

  test('without names it is met by nothing', () => {
    expect(interest({ expect: [{ event: [] }] }, eventNamed('x'))).toBeNull();
    expect(interest({ expect: [{ event: [] }], after: ['x'] }, eventNamed('x'))).toEqual({
      expects: false,
      arms: true,
    });
  });

  test('is asked for its own literals as well as for those of the trigger', () => {
    const triggers = Array.from({ length: 20 }, (_, i) => ({
      where: `payload.shop == "s${i % 2}"`,
      expect: [{ event: 'order', where: `payload.kind in ["k${i}", ${i}]` }, 'paid'],
    }));
    const index = indexOf(...triggers);
    const wanting = (event: Event): string[] => index.interested(event).map(({ node }) => node.automationId);
    expect(wanting(order('{"shop":"s1","kind":"k7"}'))).toEqual(['a7']);
    expect(wanting(order('{"shop":"s0","kind":8.0}'))).toEqual(['a8']);
    expect(wanting(order('{"shop":"s0","kind":"8"}'))).toEqual([]);
    expect(wanting(order('{"shop":"s0"}', { event: 'paid' }))).toHaveLength(10);
  });
});

describe('one event can be several things at once', () => {
  test('for one trigger', () => {
    const trigger = { expect: ['a'], after: ['a'], reset: ['a'], resolve: { on: ['a'] } };
    expect(interest(trigger, eventNamed('a'))).toEqual({ expects: true, arms: true, resets: true, resolves: true });
  });

  test('any event is expected where nothing is named, beside those that reset', () => {
    expect(interest({ reset: ['a'] }, eventNamed('b'))).toEqual({ expects: true, arms: false });
    expect(interest({ reset: ['a'] }, eventNamed('a'))).toEqual({ expects: true, arms: false, resets: true });
  });
});

describe('a composite', () => {
  const tree = {
    type: 'sequence',
    unless: ['cancelled', { event: 'order', where: 'payload.test == true' }],
    triggers: [{ expect: ['order'] }, { triggers: [{ expect: ['paid'] }], unless: ['cancelled'] }],
  };
  const shown = (event: Event): string[] =>
    indexOf(tree)
      .interested(event)
      .map(({ node, expects, empties }) => `${node.path}${expects ? ' expects' : ''}${empties ? ' empties' : ''}`);

  test('wants the events that empty it, before its children do', () => {
    expect(shown(eventNamed('cancelled'))).toEqual([' empties', '1 empties']);
    expect(shown(order('{"test":true}'))).toEqual([' empties', '0 expects']);
    expect(shown(order('{"test":false}'))).toEqual(['0 expects']);
    expect(shown(eventNamed('paid'))).toEqual(['1.0 expects']);
  });

  test('does not see what its automation caused', () => {
    expect(shown(eventNamed('cancelled', { causeChain: ['a0'] }))).toEqual([]);
  });
});

describe('what an expected event adds', () => {
  const distinct = (payload: string): unknown => interest({ distinct: 'payload.v' }, order(payload));
  const sum = (payload: string): unknown => interest({ sum: 'payload.v' }, order(payload));
  const long = 'é'.repeat(129);

  test.each([
    ['"a"', 'sa'],
    ['""', 's'],
    ['"1"', 's1'],
    ['1', 'n1'],
    ['1.0', 'n1'],
    ['-0', 'n0'],
    ['true', 'btrue'],
    [`"${'é'.repeat(128)}"`, `s${'é'.repeat(128)}`],
  ])('of %s, to be told from others, is %s', (value, text) => {
    expect(distinct(`{"v":${value}}`)).toEqual({ expects: true, arms: false, value: text });
  });

  test('of a long text is a digest of all of it', () => {
    const one = distinct(`{"v":"${long}"}`);
    expect(one).toEqual({ expects: true, arms: false, value: expect.stringMatching(/^d[\w-]{22}$/) });
    expect(distinct(`{"v":"${long}"}`)).toEqual(one);
    expect(distinct(`{"v":"${long}e"}`)).not.toEqual(one);
  });

  test('of texts that no UTF-8 has is different for different ones', () => {
    expect(distinct('{"v":"\\ud800"}')).toMatchObject({ value: expect.stringMatching(/^d[\w-]{22}$/) });
    expect(distinct('{"v":"\\ud800"}')).not.toEqual(distinct('{"v":"\\ud801"}'));
  });

  test.each(['{}', '{"v":null}', '{"v":[1]}', '{"v":{}}'])('of %s is nothing to be told from others', (payload) => {
    expect(distinct(payload)).toEqual({ expects: false, arms: false, noValue: true });
  });

  test.each([
    ['{"v":2.5}', 2.5],
    ['{"v":-3}', -3],
    ['{"v":12345678901234567890}', 12345678901234567000],
  ])('of %s is to be added up', (payload, value) => {
    expect(sum(payload)).toEqual({ expects: true, arms: false, value });
  });

  test.each(['{}', '{"v":"10"}', '{"v":true}', '{"v":1e400}', '{"v":null}'])('of %s is no number', (payload) => {
    expect(sum(payload)).toEqual({ expects: false, arms: false, noValue: true });
  });

  test('is asked of expected events alone; without it an event still arms and resets', () => {
    const trigger = { expect: ['paid'], after: ['order'], reset: ['order', 'paid'], sum: 'payload.v' };
    expect(interest(trigger, order('{}'))).toEqual({ expects: false, arms: true, resets: true });
    expect(interest(trigger, order('{}', { event: 'paid' }))).toEqual({
      expects: false,
      arms: false,
      resets: true,
      noValue: true,
    });
  });

  test('is no condition: nobody hears of it when it fails', () => {
    const failed: string[] = [];
    interest({ sum: 'payload.v' }, order('{}'), (id) => failed.push(id));
    expect(failed).toEqual([]);
  });
});
