import { beforeAll, describe, expect, test } from 'vitest';
import { compileExpression, evaluate, type Result } from '../../../src/cel/expression.ts';
import { celEvent } from './events.ts';
import { ATTACKS, HOSTILE_PAYLOADS, type HostilePayload } from './hostile.ts';

/** What an attack may take of the processor, many times what 10,000 steps take; one that works takes ten seconds and more. */
const SLOW_MS = 500;

function answered({ steps, ...result }: Result): string {
  return `${String(steps).padStart(7)}  ${result.ok ? String(result.value) : result.error}`;
}

describe('a hostile condition', () => {
  const answers: Result[] = [];
  const tookMs: number[] = [];

  beforeAll(() => {
    const events = Object.fromEntries(
      Object.entries(HOSTILE_PAYLOADS).map(([name, payload]) => [name, celEvent(payload())]),
    ) as Record<HostilePayload, ReturnType<typeof celEvent>>;
    for (const [payload, text] of ATTACKS) {
      const expression = compileExpression(text, 'boolean');
      // What is slow only the first time, while code is compiled and tables are built, is no attack.
      evaluate(expression, events[payload]);
      const before = process.threadCpuUsage();
      answers.push(evaluate(expression, events[payload]));
      const { user, system } = process.threadCpuUsage(before);
      tookMs.push((user + system) / 1_000);
    }
  });

  test('takes the steps that are recorded: no library makes them more unseen', async () => {
    const lines = ATTACKS.map(([payload, text], i) => {
      const shortened = text.length > 100 ? `${text.slice(0, 100)}… (${text.length})` : text;
      return `${answered(answers[i]!).padEnd(50)}  ${payload}: ${shortened}`;
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('hostile.txt');
  });

  test('costs no more than its steps', () => {
    const slow = ATTACKS.filter((_, i) => tookMs[i]! > SLOW_MS);
    expect(slow).toEqual([]);
  });

  test('is one of 40 and more', () => {
    expect(new Set(ATTACKS.map(String)).size).toBe(ATTACKS.length);
    expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
  });
});
