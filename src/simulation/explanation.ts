import { type Reason, Reasons } from '../inspect/reasons.ts';
import type { LiveEvent } from '../services/live.ts';
import type { ScratchEngine } from './scratch-engine.ts';

/** What an automation made of an event, or why it made nothing of it: one line for each of its triggers that met the event, at least one. */
export type Explain = (engine: ScratchEngine, event: LiveEvent, automation: string) => Promise<readonly string[]>;

const WHY: Readonly<Record<Reason['why'], string>> = {
  wanted: 'would want it now, and did not when it came',
  disabled: 'is disabled',
  causes: 'takes it for a loop',
  condition: 'its condition is not met',
  labels: 'asks for other labels',
};

/** By the words that the event was decided by (rules 17.13). */
export const explainByWords: Explain = async ({ redis, store }, { decisions, entry, outcome }, automation) => {
  const own = decisions.filter((decision) => decision.automation === automation);
  if (own.length > 0) return own.map(({ trigger, word }) => (trigger === '' ? word : `trigger ${trigger}: ${word}`));
  if (outcome !== 'applied') return [outcome];
  const reasons = await new Reasons(redis, store, automation).of([entry]);
  const why = reasons.get(entry)?.find((reason) => reason.automation === automation)?.why;
  return [why === undefined ? 'does not wait for an event of this name' : WHY[why]];
};
