import { expect, test } from 'vitest';
import type { BudgetSummaryDocument, FiringDocument, TriggeredAction } from '../../../src/documents/got.ts';
import { filledIn } from '../../../src/reactions/carrying.ts';
import { groupText, summaryTexts } from '../../../src/reactions/summary.ts';

const automation = { id: 'a', name: 'Failing', trigger: {} };
const summary: BudgetSummaryDocument = {
  held: 7,
  since: '2026-03-02T09:00:00.000Z',
  until: '2026-03-02T09:01:00.000Z',
  keys: [
    { labels: { id: '{{ automation.id }}' }, firings: 4 },
    { labels: {}, firings: 1 },
  ],
  others: 2,
};

test('a summary says how many firings were held back, when, and of which keys', () => {
  expect(summaryTexts(automation, summary)).toEqual({
    subject: 'Failing: 7 firings were held back',
    body:
      'More came than its budget, from 2026-03-02T09:00:00.000Z to 2026-03-02T09:01:00.000Z:\n' +
      '4 of id={{ automation.id }}\n1 of all\n2 of other keys',
  });
  expect(summaryTexts(automation, { ...summary, held: 1 }).subject).toBe('Failing: 1 firing was held back');
});

test('keys that producers chose are no templates in a summary', () => {
  const action = { type: 'notify', target: 'ops', subject: '{{ labels.id }}' };
  const job = { automation, action, action_index: 0, summary } as unknown as TriggeredAction;
  expect(filledIn(job)).toMatchObject({ target: 'ops', body: expect.stringContaining('id={{ automation.id }}') });
});

test('a message of a group names its firings, and counts those that nobody would read', () => {
  const firing = (id: number) =>
    ({
      triggering_event: id === 0 ? null : { event: 'x' },
      triggering_labels: { id: String(id) },
    }) as unknown as FiringDocument;
  const firings = Array.from({ length: 25 }, (_, i) => firing(i));
  expect(groupText({ labels: {}, firings: firings.slice(0, 2) })).toBe('nothing came id=0\nx id=1');
  const lines = groupText({ labels: {}, firings }).split('\n');
  expect(lines).toHaveLength(20);
  expect(lines.at(-1)).toBe('and 6 more');
});
