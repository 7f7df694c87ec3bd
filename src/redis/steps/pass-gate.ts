import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['passed', 'known'] as const;
const script = loadScript('pass-gate', { words: WORDS });

/** A firing at the gate. `labels`: its key as JSON; `bytes`: of its entry in the ledger; `now`: ms of Redis. */
export type GateCall = Readonly<{
  firing: string;
  entry: string;
  bytes: number;
  automation: string;
  revision: number;
  labels: string;
  now: number;
}>;

/** What becomes of it, as far as the firing says (src/relay/gate.ts). */
export type GatePlan = Readonly<{
  /** Firings a minute that pass; those shares that are `counted` ask for it */
  budget?: number;
  /** Actions by which people hear of an alert that it begins: its end goes the way of these */
  mutes?: readonly number[];
  shares: readonly GateShare[];
}>;

/** Some of its actions. `counted`: they ask for the budget; `mark`: what is recorded beside the word. */
export type GateShare = Readonly<{
  actions: readonly number[];
  what: 'send' | 'silenced' | 'dropped' | 'held' | 'held back' | 'grouped';
  counted: boolean;
  mark?: Readonly<Record<string, string | number>>;
  group?: Readonly<{ by: string; wait_ms: number; max_ms: number }>;
}>;

/**
 * Decides what becomes of a firing and records what does not go out at once; a repeat changes nothing.
 * @param released until when it was held (ms), when it comes from there @returns what is recorded of it, as JSON; '' for nothing
 */
export async function passGate(
  redis: Redis,
  store: Store,
  { call, plan, released = null }: Readonly<{ call: GateCall; plan: GatePlan; released?: number | null }>,
): Promise<{ word: (typeof WORDS)[number]; record: string }> {
  const { outcomes, outcome_times, muted, budgets, waiting, needed, grouping } = store.keys;
  const answer = await runScript(redis, script, {
    keys: { outcomes, outcome_times, muted, budgets, waiting, needed, grouping },
    args: {
      prefixes: store.prefixesJson,
      call: JSON.stringify(call),
      plan: JSON.stringify(plan),
      released: released === null ? '' : String(released),
    },
  });
  const [word, record = ''] = answerOf('pass-gate', WORDS, answer);
  return { word, record };
}
