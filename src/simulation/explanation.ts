import { planOf } from '../match/plan.ts';
import { decode } from '../model/intake.ts';
import { readStored } from '../redis/definitions.ts';
import { readEach } from '../redis/log.ts';
import { nearestMiss, verdictsOf } from '../replay/verdicts.ts';
import type { LiveEvent } from '../services/live.ts';
import type { ScratchEngine } from './scratch-engine.ts';

/**
 * What an automation made of an event that an engine has applied: the word of each of its triggers that met it (rules 17.13); or why it made
 * nothing of it, by the condition that came nearest, as the automation stands now.
 */
export async function explainEvent(
  { redis, store }: Pick<ScratchEngine, 'redis' | 'store'>,
  { decisions, entry, outcome, reason }: LiveEvent,
  automation: string,
): Promise<readonly string[]> {
  const own = decisions.filter((decision) => decision.automation === automation);
  if (own.length > 0) return own.map(({ trigger, word }) => (trigger === '' ? word : `trigger ${trigger}: ${word}`));
  if (outcome !== 'applied') return [reason === undefined ? outcome : `${outcome}: ${reason}`];
  const [found] = await readEach(redis, store, [entry]);
  const definition = await readStored(redis, store, automation);
  if (definition === null) return ['is not there any more'];
  const decoded = found && decode(found);
  if (decoded?.kind !== 'event') return ['could not be read'];
  const { nodes } = planOf(definition.automation, definition.plan.revision, definition.plan);
  const miss = nearestMiss(nodes.map((node) => verdictsOf(definition.automation, node, decoded.event)));
  return [miss === null ? 'would want it as it stands now' : `not interested: ${miss.said}`];
}
