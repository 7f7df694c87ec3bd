import { z } from 'zod';
import { planOf } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import { unansweredBy } from '../replay/verdicts.ts';
import type { Desk } from './desk.ts';
import { definitions, statusOf } from './overview.ts';
import { time } from './shapes.ts';

/** How long examples are given to all who ask: looking for them reads the log. */
const EXAMPLES_MS = 15_000;

/** Automations for which an example is looked for: those with most such events. Each is asked about each event. */
const AUTOMATIONS = 20;

/** Entries that are read at a time, and looked at in all. */
const PAGE = 500;
const PAGES = 10;

/** An event that a condition could not be answered about, and why. */
export const exampleShape = z
  .object({
    entry: z.string(),
    event: z.string(),
    at: time.describe('When it was received'),
    condition: z.string().describe('Its place in the document'),
    said: z.string().describe('The condition, why it has no answer, and the values that it asks for'),
  })
  .readonly()
  .meta({ id: 'Unanswered' });

type Example = z.output<typeof exampleShape>;

/** The newest such event of each automation that has any, by id, as far as the log is looked at. The definitions are asked as they stand now. */
export async function examples(desk: Desk): Promise<ReadonlyMap<string, Example>> {
  return await desk.kept.of('unanswered', EXAMPLES_MS, async () => {
    const [automations, { whereErrors }] = await Promise.all([definitions(desk), statusOf(desk)]);
    const countOf = ({ id }: Automation): number => whereErrors[id] ?? 0;
    const having = automations.filter((one) => one.enabled && countOf(one) > 0);
    return await lookedFor(desk, having.sort((a, b) => countOf(b) - countOf(a)).slice(0, AUTOMATIONS));
  });
}

/** Back from the newest entry, until each has its example. */
async function lookedFor({ watchfire }: Desk, automations: readonly Automation[]): Promise<Map<string, Example>> {
  const found = new Map<string, Example>();
  const plans = new Map(automations.map((one) => [one.id, planOf(one, 0, null)]));
  const index = new TriggerIndex();
  for (const plan of plans.values()) index.put(plan);
  let before: string | null = null;
  for (let i = 0; i < PAGES && found.size < plans.size; i += 1) {
    const { events, next }: Awaited<ReturnType<typeof watchfire.events>> = await watchfire.events({
      limit: PAGE,
      ...(before !== null && { before }),
    });
    for (const { entry, event } of events) {
      if (event === null) continue;
      const failed = new Map<string, string>();
      index.interested(event, (id, error) => failed.set(id, error));
      for (const [id, error] of failed) {
        const verdict = unansweredBy(plans.get(id)?.nodes ?? [], event, error);
        if (verdict === null) continue;
        const { condition, said } = verdict;
        found.set(id, { entry, event: event.event, at: event.received, condition, said });
        index.delete(id);
      }
    }
    if (next === null) break;
    before = next;
  }
  return found;
}
