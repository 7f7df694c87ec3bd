import { type CelEvent, compileExpression, evaluate, STEP_LIMIT } from '../src/cel/expression.ts';
import { celEvent } from '../test/unit/cel/events.ts';
import { ATTACKS, HOSTILE_PAYLOADS } from '../test/unit/cel/hostile.ts';
import { median } from './measure.ts';
import type { Context, Result } from './result.ts';

/** Rounds of measuring an attack, after some in which its code is compiled. */
const ROUNDS = 50;
const ROUNDS_SHORT = 15;
const WARMING = 5;

/** Attacks that end earlier say little about what a step costs. */
const FEWEST_STEPS = 1_000;

/** How often an ordinary condition is asked in one measurement. */
const ASKED = 100_000;

const PLAIN = 'payload.l.all(i, i == 1)';
const ORDINARY = 'payload.total > 1000 && payload.kind in ["web", "shop"]';

type Attack = Readonly<{ text: string; ms: number }>;

/** What conditions cost: the worst of the attacks for 10,000 steps, and one that people write. */
export async function run({ short }: Context): Promise<Result[]> {
  const rounds = short ? ROUNDS_SHORT : ROUNDS;
  return await Promise.resolve([worst(rounds), ordinary(rounds, short ? ASKED / 10 : ASKED)]);
}

function worst(rounds: number): Result {
  const events = new Map(Object.entries(HOSTILE_PAYLOADS).map(([name, made]) => [name, eventWith(made())]));
  const attacks = ATTACKS.flatMap(([payload, text]) => attackOf(text, events.get(payload) as CelEvent, rounds));
  const [slowest, ...others] = attacks.sort((a, b) => b.ms - a.ms);
  const plain = attackOf(PLAIN, eventWith({ l: Array.from({ length: STEP_LIMIT }, () => 1) }), rounds)[0];
  if (slowest === undefined || plain === undefined) throw new Error('no attack took steps enough');
  return {
    name: `10,000 steps of a condition, processor time of the slowest of ${attacks.length} attacks`,
    value: slowest.ms,
    unit: 'ms',
    better: 'less',
    against: `10,000 steps of ${PLAIN}`,
    base: plain.ms,
    ratio: slowest.ms / plain.ms,
    targets: [{ of: 'value', bound: 10 }],
    fragile: true,
    note: `${slowest.text}; half of the attacks below ${median(others.map(({ ms }) => ms)).toFixed(2)} ms`,
  };
}

function eventWith(payload: unknown): CelEvent {
  // As it comes out of the log: a text that was put together is read more slowly.
  return celEvent(JSON.parse(JSON.stringify(payload)));
}

/** Processor time of an answer, for 10,000 steps of its kind: what else the machine does would fall on so short a time as chance has it. */
function attackOf(text: string, event: CelEvent, rounds: number): Attack[] {
  const expression = compileExpression(text, 'boolean');
  const steps = Math.min(evaluate(expression, event).steps, STEP_LIMIT);
  if (steps < FEWEST_STEPS) return [];
  for (let round = 0; round < WARMING; round += 1) evaluate(expression, event);
  const before = process.threadCpuUsage();
  for (let round = 0; round < rounds; round += 1) evaluate(expression, event);
  const { user, system } = process.threadCpuUsage(before);
  return [{ text, ms: ((user + system) / 1_000 / rounds) * (STEP_LIMIT / steps) }];
}

function ordinary(rounds: number, asked: number): Result {
  const expression = compileExpression(ORDINARY, 'boolean');
  const events = [celEvent({ total: 1_200, kind: 'web' }), celEvent({ total: 900, kind: 'web' }), celEvent({})];
  const met = (event: CelEvent): boolean => {
    const result = evaluate(expression, event);
    return result.ok && result.value === true;
  };
  const byHand = ({ payload }: CelEvent): boolean => {
    const { total, kind } = payload as { total?: unknown; kind?: unknown };
    return typeof total === 'number' && total > 1_000 && (kind === 'web' || kind === 'shop');
  };
  const times = Array.from({ length: rounds + 2 }, () => ({
    ours: microseconds(events, asked, met),
    base: microseconds(events, asked, byHand),
  })).slice(2);
  return {
    name: `asking an ordinary condition: ${ORDINARY}`,
    value: median(times.map(({ ours }) => ours)),
    unit: 'µs',
    better: 'less',
    against: 'the same in JavaScript',
    base: median(times.map(({ base }) => base)),
    ratio: median(times.map(({ ours, base }) => ours / base)),
    targets: [{ of: 'value', bound: 2 }],
    fragile: true,
    note: '',
  };
}

function microseconds(events: readonly CelEvent[], asked: number, met: (event: CelEvent) => boolean): number {
  let count = 0;
  const from = performance.now();
  for (let i = 0; i < asked; i += 1) if (met(events[i % events.length] as CelEvent)) count += 1;
  const ms = performance.now() - from;
  if (count === 0) throw new Error('the condition was never met');
  return (ms / asked) * 1_000;
}
