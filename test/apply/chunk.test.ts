import { describe, expect, test } from 'vitest';
import { chunkOf } from '../../src/apply/chunk.ts';
import { digestOf } from '../../src/apply/digest.ts';
import type { DefinitionsView } from '../../src/apply/loaded-definitions.ts';
import { planOf } from '../../src/match/plan.ts';
import { TriggerIndex } from '../../src/match/trigger-index.ts';
import { parseAutomation } from '../../src/model/automation.ts';

const RECEIVED = Date.parse('2026-03-02T09:00:00Z');
const NOBODY = new Map<string, never>();

function viewOf(...documents: object[]): DefinitionsView {
  const triggerIndex = new TriggerIndex();
  for (const [i, document] of documents.entries()) triggerIndex.put(planOf(parseAutomation(document), i + 1, null));
  return {
    generation: String(documents.length),
    triggers: triggerIndex,
    anyId: false,
    origin: '',
    ignored: new Set(['noise']),
  };
}

const entry = (event: object, sequence = 0) => ({
  id: `${RECEIVED}-${sequence}`,
  fields: ['data', JSON.stringify({ resource: { id: 'r' }, ...event })],
});

const both = viewOf(
  {
    id: 'b',
    name: 'B',
    trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: 5, for_each: ['id', 'zone'] },
  },
  {
    id: 'a',
    name: 'A',
    trigger: {
      type: 'sequence',
      triggers: [
        { posture: 'Proactive', after: ['x'], expect: ['y'] },
        { posture: 'Proactive', expect: ['x'] },
      ],
    },
  },
);

test('an event carries what its triggers need, by automation and depth first', () => {
  const chunk = chunkOf([entry({ id: 'e', event: 'x' })], both, NOBODY);
  expect(chunk.generation).toBe('2');
  expect(chunk.triggers.map(({ name, ...rest }) => rest)).toEqual([
    {
      automation: 'a',
      threshold: 1,
      within: 10_000,
      kind: 3,
      keys: [''],
    },
    {
      automation: 'a',
      threshold: 1,
      within: 10_000,
      kind: 5,
      keys: [''],
    },
    {
      automation: 'b',
      threshold: 2,
      within: 5_000,
      kind: 24,
      keys: ['r+'],
    },
  ]);
  expect(chunk.entries).toEqual([
    {
      entry: `${RECEIVED}-0`,
      id: 'e',
      digest: 1,
      t: RECEIVED,
      occurred: RECEIVED,
      received: RECEIVED,
      own: false,
      fresh: true,
      document: 1,
      matches: [
        { trigger: 1, key: 0, arms: true, expects: false },
        { trigger: 2, key: 0, arms: false, expects: true },
        { trigger: 3, key: 0, arms: false, expects: true },
      ],
    },
  ]);
  expect(chunk.documents.map((text) => JSON.parse(text).id)).toEqual(['e']);
  expect(chunk.digests).toEqual([digestOf('e')]);
});

test('a key is sent once for a chunk and trigger, and a match names it by number', () => {
  const resources = ['p', 'q', 'p', 'r', 'q'];
  const chunk = chunkOf(
    resources.map((id, i) => entry({ event: 'x', id: `${i}`, resource: { id } }, i)),
    both,
    NOBODY,
  );
  expect(chunk.triggers.map(({ keys }) => keys)).toEqual([[''], [''], ['p+', 'q+', 'r+']]);
  const keys = chunk.entries.map((one) => ('matches' in one ? one.matches.map(({ key }) => key) : null));
  expect(keys).toEqual([0, 1, 0, 2, 1].map((key) => [0, 0, key]));
});

test('a trigger is sent once for a chunk, a document only when something can need it', () => {
  const events = [
    { event: 'x', id: '1' },
    { event: 'z', id: '2' },
    { event: 'z', id: '3', follows: '1' },
    { event: 'x', id: '4' },
  ];
  const chunk = chunkOf(events.map(entry), both, NOBODY);
  expect(chunk.triggers).toHaveLength(3);
  expect(chunk.documents.map((text) => JSON.parse(text).id)).toEqual(['1', '3', '4']);
  expect(chunk.entries.map((one) => ('document' in one ? one.document : null))).toEqual([1, null, 2, 3]);
});

test('effective time is when it happened, but never after it was received', () => {
  const times = ['2026-03-02T08:59:00Z', '2027-01-01T00:00:00Z'].map((occurred, i) =>
    entry({ event: 'z', occurred }, i),
  );
  const { entries } = chunkOf(times, both, NOBODY);
  expect(entries).toMatchObject([
    { t: RECEIVED - 60_000, occurred: RECEIVED - 60_000 },
    { t: RECEIVED, occurred: Date.parse('2027-01-01T00:00:00Z') },
  ]);
});

describe('an entry that is not applied', () => {
  test.each([
    ['an ignored name', entry({ event: 'noise' }), { skip: 'ignored' }],
    ['one that cannot be read', { id: '1-0', fields: ['data', '{'] }, { rejected: expect.stringMatching(/^data: /) }],
    ['a deleted one', { id: '1-0', fields: [] }, { rejected: 'entry: has no fields' }],
  ])('%s says so, and nothing else', (_, sent, expected) => {
    expect(chunkOf([sent], both, NOBODY).entries).toEqual([{ entry: sent.id, ...expected }]);
  });

  test('one that failed too often goes with what it failed of', () => {
    const sent = entry({ event: 'x' });
    const cause = { reason: 'poison: failed 3 times', error: 'why', attempts: 3 };
    const chunk = chunkOf([sent], both, new Map([[sent.id, cause]]));
    expect(chunk).toMatchObject({
      entries: [{ entry: sent.id, rejected: 'poison: failed 3 times', error: 'why', attempts: 3 }],
      triggers: [],
      documents: [],
    });
  });
});

describe('a leader', () => {
  const chunkWith = (event: object) => chunkOf([entry({ event: 'z', id: 'f', ...event })], both, NOBODY);
  const follow = (event: object) => chunkWith(event).entries[0];

  test('goes with its digest', () => {
    const { entries, digests } = chunkWith({ follows: 'l' });
    expect(entries[0]).toMatchObject({ digest: 1, follows: 'l', leader: 2, document: 1 });
    expect(digests).toEqual([digestOf('f'), digestOf('l')]);
  });

  test.each([[{}], [{ follows: null }], [{ follows: 'f' }]])('there is none: %j', (event) => {
    expect(follow(event)).not.toHaveProperty('follows');
  });

  test('is not waited for by an event that was let go', () => {
    const released = {
      id: `${RECEIVED}-0`,
      fields: [
        'released',
        JSON.stringify({ id: 'f', event: 'x', resource: { id: 'r' }, follows: 'l', received: '2026-03-02T08:00:00Z' }),
      ],
    };
    const [one] = chunkOf([released], both, NOBODY).entries;
    expect(one).toMatchObject({ fresh: false, own: false, received: RECEIVED - 3_600_000 });
    expect(one).not.toHaveProperty('follows');
  });
});
