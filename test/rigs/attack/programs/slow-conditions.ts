import { type CelEvent, compileExpression, evaluate } from '../../../../src/cel/expression.ts';
import { celEvent } from '../../../unit/cel/events.ts';
import { ATTACKS, HOSTILE_PAYLOADS } from '../../../unit/cel/hostile.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Time of the processor for one condition about one event: 10 ms on an idle machine, and room for one that is not. */
const BOUND_MS = 500;

export const attack: Attack = {
  by: 'writer of automations, with a producer',
  what: 'asks conditions that would go on for ever: patterns, loops in loops, the largest texts, lists and maps',
  run: async () => {
    const events = new Map(
      Object.entries(HOSTILE_PAYLOADS).map(([name, made]) => [name, celEvent(JSON.parse(JSON.stringify(made())))]),
    );
    let slowest = { ms: 0, text: '' };
    for (const [payload, text] of ATTACKS) {
      const ms = processorTime(text, events.get(payload) as CelEvent);
      if (ms > slowest.ms) slowest = { ms, text };
    }
    mustHold(`each answered within ${BOUND_MS} ms (${slowest.ms} ms: ${slowest.text})`, slowest.ms < BOUND_MS);
    return `${ATTACKS.length} conditions took ${slowest.ms} ms each at most`;
  },
};

/** Reading the condition included. */
function processorTime(text: string, event: CelEvent): number {
  const started = process.cpuUsage();
  evaluate(compileExpression(text, 'boolean'), event);
  const { user, system } = process.cpuUsage(started);
  return Math.round((user + system) / 1_000);
}
