import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileExpression, evaluate, InvalidExpression } from '../../src/cel/expression.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/conditions.md'), 'utf8');

type Fragment = Partial<{
  event: string;
  related: Record<string, string>[];
  payload: unknown;
  occurred: string;
  received: string;
}>;

/** Each condition of the page with the events for which it holds, and those for which it does not. */
const examples = [...page.matchAll(/^```cel\n([\s\S]*?)\n```\n\nHolds for (.*?); not for (.*?)\.$/gm)].map(
  ([, text = '', holds = '', not = '']) => ({ text, holds: eventsIn(holds), not: eventsIn(not) }),
);

function eventsIn(sentence: string): Fragment[] {
  return [...sentence.matchAll(/`([^`]*)`/g)].map(([, json = '']) => JSON.parse(json) as Fragment);
}

function holds(
  text: string,
  { event = 'order.placed', related = [], payload = {}, occurred, received }: Fragment,
): boolean {
  const occurredMs = Date.parse(occurred ?? '2026-03-02T09:00:00Z');
  const result = evaluate(compileExpression(text, 'boolean'), {
    event,
    id: 'e1',
    resource: { region: 'eu' },
    related,
    payload,
    occurredMs,
    receivedMs: received === undefined ? occurredMs : Date.parse(received),
  });
  return result.ok && result.value === true;
}

describe('docs/conditions.md', () => {
  test('shows 15 conditions and more, each with events', () => {
    expect(examples.length).toBe(page.split('```cel').length - 1);
    expect(examples.length).toBeGreaterThanOrEqual(15);
  });

  test.each(examples)('$text', ({ text, holds: met, not }) => {
    expect(met.length).toBeGreaterThan(0);
    expect(not.length).toBeGreaterThan(0);
    expect([...met, ...not].map((event) => holds(text, event))).toEqual([
      ...met.map(() => true),
      ...not.map(() => false),
    ]);
  });

  test('shows what is counted as it is written', () => {
    const shown = [...page.matchAll(/^```yaml\n((?:distinct|sum): .*)\n```$/gm)].map(([, line = '']) => parse(line));
    expect(shown.length).toBe(3);
    for (const { distinct, sum } of shown as { distinct?: string; sum?: string }[]) {
      expect(() => compileExpression(distinct ?? sum ?? '', distinct === undefined ? 'number' : 'value')).not.toThrow();
    }
  });

  test('quotes the errors that conditions give', () => {
    const rows = [...page.matchAll(/^\| `([^`]*?)(?: …)?` +\| `([^`]*)`/gm)].slice(0);
    const quoted = rows.filter(([, message = '']) => /[a-z] /.test(message));
    expect(quoted.length).toBe(6);
    for (const [, message = '', text = ''] of quoted) {
      expect(() => compileExpression(text, 'boolean')).toThrow(InvalidExpression);
      expect(() => compileExpression(text, 'boolean')).toThrow(message);
    }
  });
});
