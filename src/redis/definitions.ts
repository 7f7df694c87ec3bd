import type { Redis } from 'ioredis';
import { Conflict, NotFound, UnreadableState } from '../errors.ts';
import { listens } from '../match/listening.ts';
import { compiledFields, planOf, type StoredPlan, stateNamesOf, storedPlan } from '../match/plan.ts';
import { queuesOf } from '../model/action.ts';
import { type Automation, inModeOf } from '../model/automation.ts';
import { differingKeys } from '../model/meaning.ts';
import type { Changed } from './change.ts';
import { generationIn } from './damage.ts';
import { deleteAutomation } from './steps/delete-automation.ts';
import { putAutomation } from './steps/put-automation.ts';
import type { Store } from './store.ts';
import { shownJson, storedAutomation, storedPlanOf, textIn } from './stored.ts';
import { execute, insist } from './transaction.ts';

/** How often a change is worked out again because another change came first. */
const CHANGE_ATTEMPTS = 50;

/** How many calls one change may take to settle what is due before it; each settles hundreds. */
const CATCH_UP_CALLS = 100_000;

/** An automation as it stands in Redis. */
export type Definition = Readonly<{ automation: Automation; plan: StoredPlan }>;

async function current(redis: Redis, store: Store, id: string): Promise<Current> {
  const { generation, automations, plans } = store.keys;
  const answers = await insist(() => execute(redis.multi().get(generation).hget(automations, id).hget(plans, id)));
  const [at, document, plan] = answers.map((value) => (typeof value === 'string' ? value : null));
  const known = generationIn(store, at);
  if (!document || !plan) return { generation: known, old: null };
  return { generation: known, old: foundIn(store, id, document, plan) };
}

/** What stands there, readable or not, and the state names of its triggers, as far as they can be known. */
type Found = Readonly<{ definition: Definition | UnreadableState; names: readonly string[] }>;

function foundIn(store: Store, id: string, document: string, plan: string): Found {
  let names: readonly string[] = [];
  try {
    names = stateNamesOf(id, storedPlanOf(plan, store.keys.plans, id));
    return { definition: definitionOf(store, id, document, plan), names };
  } catch (error) {
    if (error instanceof UnreadableState) return { definition: error, names };
    throw error;
  }
}

export function definitionOf({ keys }: Store, id: string, document: string, plan: string): Definition {
  return { automation: storedAutomation(document, keys.automations, id), plan: storedPlanOf(plan, keys.plans, id) };
}

/** The automation with that id as it stands in Redis, with its plan; null when there is none that can be read. */
export async function findStored(redis: Redis, store: Store, id: string): Promise<Definition | null> {
  const { old } = await current(redis, store, id);
  return old === null || old.definition instanceof UnreadableState ? null : old.definition;
}

/** The same. @throws UnreadableState for one that cannot be read */
export async function readStored(redis: Redis, store: Store, id: string): Promise<Definition | null> {
  const { old } = await current(redis, store, id);
  if (old?.definition instanceof UnreadableState) throw old.definition;
  return old?.definition ?? null;
}

/** What one attempt at a change answers; `unchanged` carries the generation at which it was changed last. */
export type Attempted = Changed | Readonly<{ word: 'unchanged'; generation: string }> | null;

/** Repeats a change until it has settled what was due before it and no other change came in between. */
export async function untilChanged(attempt: () => Promise<Attempted>): Promise<number | null> {
  let contended = 0;
  for (let call = 0; call < CATCH_UP_CALLS && contended < CHANGE_ATTEMPTS; call += 1) {
    const answer = await attempt();
    if (answer === null) return null;
    if (answer.word === 'changed' || answer.word === 'unchanged') return Number(answer.generation);
    if (answer.word === 'stale-definitions') contended += 1;
  }
  throw new Conflict();
}

/**
 * `always`: one that means the same is a change as well, before which what is due is settled: so a scenario has it. `onPaper`: the
 * document alone is put, where partitions read what they are to have; no trigger of it comes into being.
 */
export type PutOptions = Readonly<{ always?: boolean; onPaper?: boolean }>;

/**
 * Adds an automation or replaces the one with its id, between two entries of the log (rules 13). One that means the same as what
 * stands there changes nothing.
 * @returns the automation's revision, which is the new generation where something has changed
 */
export async function putDefinition(
  redis: Redis,
  store: Store,
  automation: Automation,
  options: PutOptions = {},
): Promise<number> {
  return (await changeDefinition(redis, store, automation.id, () => automation, options)) ?? 0;
}

/**
 * Replaces an automation by what `next` makes of it as it stands then, also when others change it at the same time.
 * @returns as `putDefinition`
 * @throws NotFound when there is none with that id
 */
export async function updateDefinition(
  redis: Redis,
  store: Store,
  id: string,
  next: (old: Automation) => Automation,
  options: PutOptions = {},
): Promise<number> {
  const change = (old: Found | null): Automation | null => {
    if (old?.definition instanceof UnreadableState) throw old.definition;
    return old && next(old.definition.automation);
  };
  const generation = await changeDefinition(redis, store, id, change, options);
  if (generation === null) throw new NotFound(id);
  return generation;
}

/** @returns the automation's revision; null when `next` has nothing to put */
async function changeDefinition(
  redis: Redis,
  store: Store,
  id: string,
  next: (old: Found | null) => Automation | null,
  options: PutOptions,
): Promise<number | null> {
  return await untilChanged(async () => {
    const found = await current(redis, store, id);
    const wanted = next(found.old);
    return wanted && (await attemptPut(redis, store, found, wanted, options));
  });
}

type Current = Readonly<{ generation: string; old: Found | null }>;

async function attemptPut(
  redis: Redis,
  store: Store,
  { generation, old: found }: Current,
  wanted: Automation,
  { always = false, onPaper = false }: PutOptions,
): Promise<Attempted> {
  // What others wrote there is replaced, and leaves no state behind.
  const old = found === null || found.definition instanceof UnreadableState ? null : found.definition;
  const automation = inModeOf(old?.automation ?? null, wanted);
  if (old && !always && differingKeys(old.automation, automation).length === 0) {
    return { word: 'unchanged', generation: String(old.plan.revision) };
  }
  const revision = Number(generation) + 1;
  const plan = planOf(automation, revision, old?.plan ?? null);
  const names = new Set(plan.nodes.map(({ name }) => name));
  const triggers = plan.nodes.map((node) => ({
    name: node.name,
    fresh: node.ownSince === revision,
    fields: compiledFields(plan, node),
  }));
  const change = {
    generation,
    id: automation.id,
    revision: String(revision),
    enabled: automation.enabled,
    resumes: old !== null && !old.automation.enabled && automation.enabled,
    gone: onPaper ? [] : (found?.names ?? []).filter((name) => !names.has(name)),
    triggers: onPaper ? [] : triggers,
    queues: queuesOf(automation),
    listens: automation.enabled && listens(automation.trigger),
  };
  const document = JSON.stringify(automation.document);
  return await putAutomation(redis, store, change, document, JSON.stringify(storedPlan(plan)));
}

/**
 * Has an automation be what `wanted` says, null for none. That is asked when the generation is known: a change that was made by a later wish
 * meanwhile refuses this one, which asks again.
 */
export async function followWish(
  redis: Redis,
  store: Store,
  id: string,
  wanted: () => Promise<Automation | null>,
): Promise<void> {
  await untilChanged(async () => {
    const found = await current(redis, store, id);
    const automation = await wanted();
    if (automation !== null) return await attemptPut(redis, store, found, automation, {});
    const { generation, old } = found;
    return old && (await deleteAutomation(redis, store, { generation, id, gone: [...old.names] }));
  });
}

/**
 * Removes an automation with all of its state.
 * @throws NotFound when there is none with that id
 */
export async function deleteDefinition(redis: Redis, store: Store, id: string): Promise<number> {
  const generation = await untilChanged(async () => {
    const { generation, old } = await current(redis, store, id);
    if (!old) return null;
    return await deleteAutomation(redis, store, { generation, id, gone: [...old.names] });
  });
  if (generation === null) throw new NotFound(id);
  return generation;
}

/** All automations, in no particular order. */
export async function allDefinitions(redis: Redis, store: Store): Promise<Automation[]> {
  const { automations } = store.keys;
  const documents = Object.entries(await redis.hgetall(automations));
  return documents.map(([id, document]) => storedAutomation(document, automations, id));
}

/** The automation with that id, or null. */
export async function findDefinition(redis: Redis, store: Store, id: string): Promise<Automation | null> {
  const { automations } = store.keys;
  const document = await redis.hget(automations, id);
  return document === null ? null : storedAutomation(document, automations, id);
}

/** Names of automations by id; those that are gone are not in it. */
export async function definitionNames(
  redis: Redis,
  store: Store,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const documents = await redis.hmget(store.keys.automations, ...ids);
  const names = new Map<string, string>();
  for (const [i, id] of ids.entries()) {
    const name = textIn(shownJson(documents[i] ?? undefined), 'name');
    if (name !== null) names.set(id, name);
  }
  return names;
}

/** How many changes of definitions there were, as text. */
export async function currentGeneration(redis: Redis, store: Store): Promise<string> {
  return generationIn(store, await redis.get(store.keys.generation));
}

/** How many automations there are, as far as they stand there. */
export async function countDefinitions(redis: Redis, store: Store): Promise<number> {
  return await redis.hlen(store.keys.automations);
}

/** Has every state-change event put into the log, whether a trigger could want it or not. */
export async function listenToAll(redis: Redis, store: Store): Promise<void> {
  await redis.sadd(store.keys.listeners, '*');
}

/** An automation at one of its revisions. */
export type RevisionName = { automation: string; revision: number };

/** The documents of these revisions, in their order; null for one that is not kept (any longer). */
export async function documentsAt(
  redis: Redis,
  store: Store,
  names: readonly RevisionName[],
): Promise<(string | null)[]> {
  const pipeline = redis.pipeline();
  for (const { automation, revision } of names) {
    pipeline.hget(store.prefixes.automation + automation, String(revision));
  }
  return (await execute(pipeline)) as (string | null)[];
}
