import type { Redis } from 'ioredis';
import { UnreadableState } from '../errors.ts';
import { encodeKey } from '../match/key.ts';
import { listens } from '../match/listening.ts';
import { compiledFields, planOf } from '../match/plan.ts';
import type { Planned } from './steps/mend-triggers.ts';
import type { Store } from './store.ts';
import { storedAutomation, storedPlanOf } from './stored.ts';
import { execute } from './transaction.ts';

/** Automations of one page, at the generation at which they were read. `last`: there are none behind it. */
export type PlannedPage = Readonly<{ generation: string; automations: readonly Planned[]; last: boolean }>;

/** What the definitions say of automations, those that are gone included: `count` of them, from place `from` on in the order of changes. */
export async function plannedAutomations(
  redis: Redis,
  store: Store,
  from: number,
  count: number,
): Promise<PlannedPage> {
  const { generation, changes, automations, plans } = store.keys;
  const ids = await redis.zrange(changes, String(from), String(from + count - 1));
  if (ids.length === 0) return { generation: (await redis.get(generation)) ?? '0', automations: [], last: true };
  const read = redis
    .multi()
    .get(generation)
    .hmget(automations, ...ids)
    .hmget(plans, ...ids);
  const [at, documents, found] = (await execute(read)) as [string | null, Texts, Texts];
  return {
    generation: at ?? '0',
    automations: ids.map((id, i) => planned(store, id, documents[i] ?? null, found[i] ?? null)),
    last: ids.length < count,
  };
}

type Texts = (string | null)[];

function planned({ keys }: Store, id: string, document: string | null, plan: string | null): Planned {
  const nothing = { id, owner: encodeKey([id]), revision: '', enabled: false, listens: false };
  const unread = { ...nothing, readable: false, triggers: [] };
  if (plan === null) return unread;
  try {
    const stored = storedPlanOf(plan, keys.plans, id);
    if (document === null) return { ...unread, readable: true };
    const automation = storedAutomation(document, keys.automations, id);
    const laid = planOf(automation, stored.revision, stored);
    return {
      ...nothing,
      readable: true,
      revision: String(stored.revision),
      enabled: automation.enabled,
      listens: automation.enabled && listens(automation.trigger),
      triggers: laid.nodes.map((node) => ({
        name: node.name,
        fields: compiledFields(laid, node),
        event: node.trigger.type === 'event',
      })),
    };
  } catch (error) {
    // A document that cannot be read says nothing of the plan.
    if (error instanceof UnreadableState) return { ...unread, readable: error.key !== keys.plans };
    throw error;
  }
}
