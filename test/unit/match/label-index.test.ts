import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/cel/comparisons.ts';
import { compileGlob } from '../../../src/match/glob.ts';
import { type Asks, LabelIndex } from '../../../src/match/label-index.ts';
import type { Labels } from '../../../src/model/event.ts';
import type { EventTrigger, Spec } from '../../../src/model/trigger.ts';
import { eventTrigger } from './plans.ts';

const MANY = 3_000;

/** So many candidates are always looked at; what goes beyond must have a reason. */
const ALWAYS = 4;

function spec(labels: Record<string, string[]>): Spec {
  return new Map(Object.entries(labels));
}

function candidates(labelIndex: LabelIndex<number>, resource: Labels, related: Labels[] = []): number[] {
  const sets: ReadonlySet<number>[] = [];
  labelIndex.collect({ resource, related, payload: {} }, sets);
  return [...new Set(sets.flatMap((set) => [...set]))];
}

function filled(triggerAt: (i: number) => EventTrigger): LabelIndex<number> {
  const labelIndex = new LabelIndex<number>();
  for (let i = 0; i < MANY; i += 1) labelIndex.add(i, triggerAt(i));
  return labelIndex;
}

describe('a large labelIndex', () => {
  test('asks only the entries with the literal label of the event', () => {
    const labelIndex = filled((i) => eventTrigger({ match: spec({ id: [`customer.${i}`] }) }));
    expect(candidates(labelIndex, { id: 'customer.2000' })).toContain(2000);
    expect(candidates(labelIndex, { id: 'customer.2000' }).length).toBeLessThanOrEqual(ALWAYS + 1);
    expect(candidates(labelIndex, { id: 'nobody' }).length).toBeLessThanOrEqual(ALWAYS);
    expect(candidates(labelIndex, {}).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('files by the label that tells entries apart, wherever it stands among the others', () => {
    const labelIndex = filled((i) =>
      eventTrigger({ match: spec({ env: ['production'], id: [`c.${i}`], zone: [`z.${i % 3}`] }) }),
    );
    const found = candidates(labelIndex, { env: 'production', id: 'c.2000', zone: 'z.2' });
    expect(found).toContain(2000);
    expect(found.length).toBeLessThanOrEqual(ALWAYS + 10);
  });

  test('files by such a label also when its values repeat', () => {
    const labelIndex = filled((i) => eventTrigger({ match: spec({ env: ['production'], id: [`c.${i % 300}`] }) }));
    const found = candidates(labelIndex, { env: 'production', id: 'c.7' });
    expect(found.filter((i) => i % 300 === 7)).toHaveLength(MANY / 300);
    expect(found.length).toBeLessThanOrEqual(ALWAYS + MANY / 300 + 10);
  });

  test('files under each of several literal values', () => {
    const labelIndex = filled((i) => eventTrigger({ match: spec({ id: [`a.${i}`, `b.${i}`] }) }));
    for (const id of ['a.2000', 'b.2000']) {
      expect(candidates(labelIndex, { id })).toContain(2000);
      expect(candidates(labelIndex, { id }).length).toBeLessThanOrEqual(ALWAYS + 1);
    }
  });

  test('files by the beginning of a value', () => {
    const labelIndex = filled((i) => eventTrigger({ match: spec({ id: [`customer.${i}.*`] }) }));
    expect(candidates(labelIndex, { id: 'customer.2000.order' })).toContain(2000);
    expect(candidates(labelIndex, { id: 'customer.2000.order' }).length).toBeLessThanOrEqual(ALWAYS + 1);
  });

  test('files by a literal label of a related resource', () => {
    const labelIndex = filled((i) => eventTrigger({ matchRelated: [spec({ id: [`order.${i}`], role: ['order'] })] }));
    const related = [
      { id: 'x', role: 'flow' },
      { id: 'order.2000', role: 'order' },
    ];
    expect(candidates(labelIndex, { id: 'a' }, related)).toContain(2000);
    expect(candidates(labelIndex, { id: 'a' }, related).length).toBeLessThanOrEqual(ALWAYS + 10);
    expect(candidates(labelIndex, { id: 'order.2000' }).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('looks no more than the labels of the event up when entries use ever different ones', () => {
    const labelIndex = filled((i) => eventTrigger({ match: spec({ [`label.${i}`]: ['on'] }) }));
    const resource: Labels = { id: 'a', 'label.2000': 'on', 'label.2001': 'off' };
    expect(candidates(labelIndex, resource)).toContain(2000);
    expect(candidates(labelIndex, resource).length).toBeLessThanOrEqual(ALWAYS + 1);
    expect(candidates(labelIndex, { toString: 'on', constructor: 'on' }).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('files by any glob', () => {
    for (const globs of [(i: number) => `*-${i}-*`, (i: number) => `?${i}`, (i: number) => `[a-z]*-${i}-*.eu`]) {
      const labelIndex = filled((i) => eventTrigger({ match: spec({ id: [globs(i)] }) }));
      for (const id of ['a-2000-.eu', 'a2000', '-2000-']) {
        const found = candidates(labelIndex, { id });
        expect(found.includes(2000)).toBe(compileGlob(globs(2000))(id));
        expect(found.length).toBeLessThanOrEqual(2 * ALWAYS);
      }
    }
  });

  test('files by a negation what asks for nothing else', () => {
    const labelIndex = filled(() => eventTrigger({ match: spec({ tier: ['!gold'] }) }));
    expect(candidates(labelIndex, { tier: 'silver' })).toHaveLength(MANY);
    expect(candidates(labelIndex, { tier: 'gold' }).length).toBeLessThanOrEqual(ALWAYS);
    expect(candidates(labelIndex, {}).length).toBeLessThanOrEqual(ALWAYS);
  });

  test('files by what is narrow: a literal value before a glob, a glob before a negation or a star', () => {
    const narrow: readonly ((i: number) => Record<string, string[]>)[] = [
      (i) => ({ wide: [`!${i}`], id: ['all'], name: [`n.${i}`] }),
      (i) => ({ wide: ['*'], id: [`*.${i}`] }),
      // A glob of its own for each, and all of them match.
      (i) => ({ wide: [`*[x${String.fromCodePoint(0x100 + i)}]*`], name: [`n.${i}`] }),
      (i) => ({ wide: [`!${i}`], id: ['all'] }),
    ];
    const reached = narrow.map((labelsAt) => {
      const labelIndex = filled((i) => eventTrigger({ match: spec(labelsAt(i)) }));
      return candidates(labelIndex, { wide: 'x', id: 'x.7', name: 'n.7' }).length;
    });
    expect(Math.max(...reached)).toBeLessThanOrEqual(ALWAYS + 1);
  });

  test('always asks the entries that ask for no label', () => {
    expect(
      candidates(
        filled(() => eventTrigger()),
        { id: 'anything' },
      ),
    ).toHaveLength(MANY);
  });

  test('does not ask an entry that nothing can meet', () => {
    const labelIndex = filled(() => eventTrigger({ match: spec({ id: [], env: ['production'] }) }));
    expect(candidates(labelIndex, { id: 'a', env: 'production' }).length).toBeLessThanOrEqual(2 * ALWAYS);
  });
});

test('a labelIndex is empty again when all that was added is removed', () => {
  const triggers = [
    eventTrigger({ match: spec({ id: ['a', 'b*'] }) }),
    eventTrigger({ matchRelated: [spec({ id: ['a'] })] }),
    eventTrigger(),
    eventTrigger({ match: spec({ id: [] }) }),
  ];
  const labelIndex = new LabelIndex<number>();
  const places = Array.from({ length: 40 }, (_, i) => labelIndex.add(i, triggers[i % triggers.length]!));
  expect(new Set(places.map(({ side }) => side))).toEqual(new Set(['open', 'resource', 'related']));
  expect(labelIndex.isEmpty).toBe(false);
  places.forEach((place, i) => {
    labelIndex.remove(i, place);
  });
  expect(labelIndex.isEmpty).toBe(true);
  expect(candidates(labelIndex, { id: 'a' }, [{ id: 'a' }])).toEqual([]);
});

describe('what conditions compare the payload with', () => {
  const asks = (labels: Record<string, string[]>, ...literals: Comparison[]): Asks => ({
    match: spec(labels),
    matchRelated: [],
    literals,
  });
  const candidatesOf = (
    labelIndex: LabelIndex<number>,
    payload: Record<string, unknown>,
    resource: Labels,
  ): number[] => {
    const sets: ReadonlySet<number>[] = [];
    labelIndex.collect({ resource, related: [], payload }, sets);
    return [...new Set(sets.flatMap((set) => [...set]))];
  };

  test('is a place for an entry, if it is rarer than its labels', () => {
    const labelIndex = new LabelIndex<number>();
    for (let i = 0; i < MANY; i += 1) {
      labelIndex.add(i, asks({ env: ['production'] }, { path: ['kind'], values: [i] }));
    }
    const found = candidatesOf(labelIndex, { kind: 700 }, { id: 'a', env: 'production' });
    expect(found).toContain(700);
    expect(found.length).toBeLessThanOrEqual(2 * ALWAYS);
    expect(candidatesOf(labelIndex, {}, { id: 'a', env: 'production' }).length).toBeLessThanOrEqual(2 * ALWAYS);
  });

  test('is left for a label that is rarer', () => {
    const labelIndex = new LabelIndex<number>();
    for (let i = 0; i < MANY; i += 1) {
      labelIndex.add(i, asks({ id: [`customer.${i}`] }, { path: ['kind'], values: ['x'] }));
    }
    const found = candidatesOf(labelIndex, { kind: 'x' }, { id: 'customer.700' });
    expect(found).toContain(700);
    expect(found.length).toBeLessThanOrEqual(2 * ALWAYS + 1);
  });

  test('leaves nothing behind when it is taken out', () => {
    const labelIndex = new LabelIndex<number>();
    const places = Array.from({ length: 20 }, (_, i) => labelIndex.add(i, asks({}, { path: ['kind'], values: [i] })));
    for (const [i, place] of places.entries()) labelIndex.remove(i, place);
    expect(labelIndex.isEmpty).toBe(true);
  });
});
