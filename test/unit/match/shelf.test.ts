import { describe, expect, test } from 'vitest';
import { Shelf } from '../../../src/match/shelf.ts';
import type { Labels } from '../../../src/model/event.ts';
import type { EventTrigger, Spec } from '../../../src/model/trigger.ts';
import { eventTrigger } from './plans.ts';

const MANY = 3_000;

/** So many candidates are always looked at; what goes beyond must have a reason. */
const ALWAYS = 4;

function spec(labels: Record<string, string[]>): Spec {
  return new Map(Object.entries(labels));
}

function candidates(shelf: Shelf<number>, resource: Labels, related: Labels[] = []): number[] {
  const sets: ReadonlySet<number>[] = [];
  shelf.collect({ resource, related }, sets);
  return [...new Set(sets.flatMap((set) => [...set]))];
}

function filled(triggerAt: (i: number) => EventTrigger): Shelf<number> {
  const shelf = new Shelf<number>();
  for (let i = 0; i < MANY; i += 1) shelf.add(i, triggerAt(i));
  return shelf;
}

describe('a large shelf', () => {
  test('asks only the entries with the literal label of the event', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ id: [`customer.${i}`] }) }));
    expect(candidates(shelf, { id: 'customer.2000' })).toContain(2000);
    expect(candidates(shelf, { id: 'customer.2000' }).length).toBeLessThanOrEqual(ALWAYS + 1);
    expect(candidates(shelf, { id: 'nobody' }).length).toBeLessThanOrEqual(ALWAYS);
    expect(candidates(shelf, {}).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('files by the label that tells entries apart, wherever it stands among the others', () => {
    const shelf = filled((i) =>
      eventTrigger({ match: spec({ env: ['production'], id: [`c.${i}`], zone: [`z.${i % 3}`] }) }),
    );
    const found = candidates(shelf, { env: 'production', id: 'c.2000', zone: 'z.2' });
    expect(found).toContain(2000);
    expect(found.length).toBeLessThanOrEqual(ALWAYS + 10);
  });

  test('files by such a label also when its values repeat', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ env: ['production'], id: [`c.${i % 300}`] }) }));
    const found = candidates(shelf, { env: 'production', id: 'c.7' });
    expect(found.filter((i) => i % 300 === 7)).toHaveLength(MANY / 300);
    expect(found.length).toBeLessThanOrEqual(ALWAYS + MANY / 300 + 10);
  });

  test('files under each of several literal values', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ id: [`a.${i}`, `b.${i}`] }) }));
    for (const id of ['a.2000', 'b.2000']) {
      expect(candidates(shelf, { id })).toContain(2000);
      expect(candidates(shelf, { id }).length).toBeLessThanOrEqual(ALWAYS + 1);
    }
  });

  test('files by the beginning of a value', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ id: [`customer.${i}.*`] }) }));
    expect(candidates(shelf, { id: 'customer.2000.order' })).toContain(2000);
    expect(candidates(shelf, { id: 'customer.2000.order' }).length).toBeLessThanOrEqual(ALWAYS + 1);
  });

  test('files by a literal label of a related resource', () => {
    const shelf = filled((i) => eventTrigger({ matchRelated: [spec({ id: [`order.${i}`], role: ['order'] })] }));
    const related = [
      { id: 'x', role: 'flow' },
      { id: 'order.2000', role: 'order' },
    ];
    expect(candidates(shelf, { id: 'a' }, related)).toContain(2000);
    expect(candidates(shelf, { id: 'a' }, related).length).toBeLessThanOrEqual(ALWAYS + 10);
    expect(candidates(shelf, { id: 'order.2000' }).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('looks no more than the labels of the event up when entries use ever different ones', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ [`label.${i}`]: ['on'] }) }));
    const resource: Labels = { id: 'a', 'label.2000': 'on', 'label.2001': 'off' };
    expect(candidates(shelf, resource)).toContain(2000);
    expect(candidates(shelf, resource).length).toBeLessThanOrEqual(ALWAYS + 1);
    expect(candidates(shelf, { toString: 'on', constructor: 'on' }).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('always asks the entries that name nothing literally', () => {
    const shelf = filled((i) => eventTrigger({ match: spec({ id: [i % 2 === 0 ? '!customer.1' : '*.eu'] }) }));
    expect(candidates(shelf, { id: 'anything' })).toHaveLength(MANY);
  });

  test('does not ask an entry that nothing can meet', () => {
    const shelf = filled(() => eventTrigger({ match: spec({ id: [], env: ['production'] }) }));
    expect(candidates(shelf, { id: 'a', env: 'production' }).length).toBeLessThanOrEqual(ALWAYS);
  });
});

test('a shelf is empty again when all that was added is removed', () => {
  const triggers = [
    eventTrigger({ match: spec({ id: ['a', 'b*'] }) }),
    eventTrigger({ matchRelated: [spec({ id: ['a'] })] }),
    eventTrigger(),
    eventTrigger({ match: spec({ id: [] }) }),
  ];
  const shelf = new Shelf<number>();
  const places = Array.from({ length: 40 }, (_, i) => shelf.add(i, triggers[i % triggers.length]!));
  expect(new Set(places.map(({ side }) => side))).toEqual(new Set(['open', 'resource', 'related']));
  expect(shelf.isEmpty).toBe(false);
  places.forEach((place, i) => {
    shelf.remove(i, place);
  });
  expect(shelf.isEmpty).toBe(true);
  expect(candidates(shelf, { id: 'a' }, [{ id: 'a' }])).toEqual([]);
});
