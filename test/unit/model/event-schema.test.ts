import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventDocument, parseEvent } from '../../../src/model/event.ts';
import { eventInput, eventOutput } from '../../../src/model/event-schema.ts';
import { refusal } from './entries.ts';

const arrival = { entryId: '1-1', received: Date.UTC(2026, 0, 1) };

const accepted = (document: unknown): boolean => refusal(() => parseEvent(document, arrival)) === 'accepted';

// Mostly right, so that many documents are accepted and refusals have a single cause.
const mostly = <Good, Bad>(good: fc.Arbitrary<Good>, bad: fc.Arbitrary<Bad>): fc.Arbitrary<Good | Bad> =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: bad });
const rubbish = fc.constantFrom<unknown[]>(
  5,
  true,
  null,
  [],
  {},
  '',
  '\ud800',
  [null],
  ['x'],
  'x'.repeat(2000),
  '😀'.repeat(128),
);
const text = fc.constantFrom('a', '', '😀'.repeat(128), 'x'.repeat(129), 'order.9');
const label = mostly(text, rubbish);
const names = fc.constantFrom('id', 'role', 'name', 'prefect.resource.id', 'prefect.resource.role', 'region');
const resource = mostly(
  fc
    .record({ id: fc.constant('r'), role: fc.constant('q') })
    .chain((base) => fc.dictionary(names, label, { maxKeys: 3 }).map((more) => ({ ...base, ...more }))),
  fc.dictionary(names, label, { maxKeys: 3 }),
);
const document = fc.record(
  {
    event: mostly(text, rubbish),
    resource: mostly(resource, rubbish),
    id: mostly(text, rubbish),
    related: mostly(fc.array(resource, { maxLength: 3 }), rubbish),
    occurred: mostly(
      fc.constantFrom('2026-01-01', '2026-01-01T00:00:00.1234+01:00', 1_772_442_000, 0.5, 1e18),
      rubbish,
    ),
    follows: mostly(text, rubbish),
    payload: mostly(fc.dictionary(fc.string(), fc.jsonValue()), rubbish),
    cause_chain: mostly(fc.array(text), rubbish),
    unknown: fc.anything(),
  },
  { requiredKeys: ['event', 'resource'] },
);

test('the published schema of events accepts exactly what the reader accepts', () => {
  let good = 0;
  fc.assert(
    fc.property(document, (value) => {
      const answer = accepted(value);
      good += answer ? 1 : 0;
      expect(eventInput.safeParse(value).success).toBe(answer);
    }),
    { numRuns: 3000 },
  );
  // Otherwise the agreement would be about refusals only, or about nothing.
  expect(good).toBeGreaterThan(300);
  expect(good).toBeLessThan(2900);
});

test('complete events are of the published shape', () => {
  fc.assert(
    fc.property(document, (value) => {
      fc.pre(accepted(value));
      expect(eventOutput.safeParse(eventDocument(parseEvent(value, arrival))).success).toBe(true);
    }),
  );
});
