import { expect, test } from 'vitest';
import type { EventDocument, FiringDocument } from '../../../src/index.ts';
import { wholeFiring } from '../../../src/index.ts';
import { firingOnce } from '../../../src/model/job-events.ts';

const event = (id: string, payload: Record<string, unknown> = {}): EventDocument => ({
  id,
  event: 'x',
  resource: { id: 'r' },
  related: [],
  occurred: '2026-03-02T09:00:00.000Z',
  received: '2026-03-02T09:00:00.000Z',
  follows: null,
  payload,
  cause_chain: [],
});

const child = (id: string, own: EventDocument | null) => ({
  id,
  trigger: { posture: 'Reactive' as const, expect: ['x'] },
  state: 'Triggered' as const,
  triggered: '2026-03-02T09:00:00.000Z',
  triggering_labels: {},
  triggering_event: own,
  triggering_firings: [],
});

const firing = (own: EventDocument | null, more: Partial<FiringDocument> = {}): FiringDocument => ({
  ...child('f', own),
  decided: '2026-03-02T09:00:00.000Z',
  ...more,
});

const a = event('a', { text: 'long' });
const b = event('b');

const CASES: readonly (readonly [what: string, told: FiringDocument, event: EventDocument | null, stands: string[]])[] =
  [
    ['the event of the job', firing(a), a, ['a']],
    ['no event', firing(null), null, ['-']],
    ['a state-change event, which tells of it', firing(a), event('s-f', { triggering_event: a }), ['a']],
    ['what was collected', firing(a, { triggering_events: [b, event('a', { text: 'long' })] }), a, ['a', 'B', 'a']],
    ['children', firing(null, { triggering_firings: [child('1', b), child('2', event('b'))] }), null, ['-', 'B', 'b']],
    ['another document under the same id', firing(event('a', { text: 'other' })), a, ['A']],
  ];

test.each(CASES)('each event stands once, and comes back whole: %s', (_, told, own, stands) => {
  const kept = firingOnce(told, own);
  const all = [
    kept.triggering_event,
    ...(kept.triggering_events ?? []),
    ...kept.triggering_firings.map((one) => one.triggering_event),
  ];
  const shown = all.map((one) => (one === null ? '-' : 'payload' in one ? one.id.toUpperCase() : one.id));
  expect(shown).toEqual(stands);
  expect(wholeFiring({ firing: JSON.parse(JSON.stringify(kept)), triggering_event: own })).toEqual(told);
});
