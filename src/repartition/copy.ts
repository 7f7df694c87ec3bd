import type { Redis } from 'ioredis';
import { type Part, partsOf } from '../inspect/parts.ts';
import { Routing } from '../match/routing.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import { PARTITION_FOLLOW_WAIT_MS } from '../model/partition.ts';
import { fieldsOfHash, hashesOf, outdatedIds } from '../redis/movable.ts';
import { Stage } from '../redis/stage.ts';
import type { Store } from '../redis/store.ts';
import { storedAutomation, storedPlanOf } from '../redis/stored.ts';
import { notConverged } from './checks.ts';
import type { Copying, Course } from './copying.ts';
import {
  isSame,
  type MovedAutomation,
  MovedDefinitions,
  MovedRevisions,
  type MovedTrigger,
  movedAutomation,
  movedTriggers,
  type SourceAutomation,
} from './definitions.ts';
import { copyGate, passedFirings } from './gate.ts';
import { copyParked } from './parked.ts';
import { copyAgreed, copyDefinitions, copyReceived, copySeen, copyTime } from './rest.ts';
import { copyLedger, copyLetters, copyLog } from './streams.ts';
import { copyWaiting, neededEntries } from './waiting.ts';
import { copyTriggers, KeyIndex } from './windows.ts';

export type CopyParts = Course &
  Readonly<{ redis: Redis; front: Store; cut: string; dry: boolean; count: Copying['count'] }>;

/** What each source has of each automation: by its name, by the id. */
type Known = ReadonlyMap<string, ReadonlyMap<string, SourceAutomation>>;

/** Reads the definitions, and what copying needs to know of them. @throws CannotRepartition where a source has other ones */
export async function prepareCopy({ redis, front, from, to, cut, dry, count }: CopyParts): Promise<Copying> {
  const sources = partsOf(front, from);
  const known = await knownOf(redis, sources);
  const all = new Map<string, MovedAutomation>();
  const [texts = {}, plans = {}] = await hashesOf(redis, [front.keys.automations, front.keys.plans]);
  for (const [id, text] of Object.entries(texts)) {
    const automation = storedAutomation(text, front.keys.automations, id);
    const plan = storedPlanOf(plans[id] ?? '', front.keys.plans, id);
    const there = [...known.values()].flatMap((of) => of.get(id) ?? []);
    all.set(id, movedAutomation(automation, text, plan, to, there));
  }
  const triggers = new Map(sources.map(({ name }) => [name, triggersOf(name, all, known.get(name) ?? new Map())]));
  const index = new TriggerIndex();
  for (const { plan, spread } of all.values()) if (!spread) index.put(plan);
  const revisions = new MovedRevisions();
  const numbers = await revisionsOf(redis, front, sources, all, revisions);
  return {
    ...{ redis, front, from, to, sources, cut, count, revisions, triggers },
    stages: new Map(partsOf(front, to).map(({ name, store }) => [name, new Stage(redis, store, dry)])),
    definitions: new MovedDefinitions(all, to),
    routing: to && new Routing(to, (event) => index.interested(event).length > 0),
    revisionIn: (source, id, revision) => numbers.get(`${source} ${revision}:${id}`) ?? revision,
  };
}

async function knownOf(redis: Redis, sources: readonly Part[]): Promise<Known> {
  const known = new Map<string, Map<string, SourceAutomation>>();
  for (const { name, store } of sources) {
    const { automations, plans } = store.keys;
    const [texts = {}, stored = {}] = await Promise.all([fieldsOfHash(redis, automations), fieldsOfHash(redis, plans)]);
    const of = Object.keys(texts).map((id): [string, SourceAutomation] => [
      id,
      { plan: storedPlanOf(stored[id] ?? '', plans, id) },
    ]);
    known.set(name, new Map(of));
  }
  return known;
}

function triggersOf(
  source: string,
  all: ReadonlyMap<string, MovedAutomation>,
  known: ReadonlyMap<string, SourceAutomation>,
): ReadonlyMap<string, MovedTrigger> {
  const triggers: [string, MovedTrigger][] = [];
  for (const [id, there] of known) {
    const moved = all.get(id);
    if (moved === undefined || !isSame(moved, there)) {
      throw notConverged(source);
    }
    triggers.push(...movedTriggers(moved, there));
  }
  return new Map(triggers);
}

/** Reads all documents that firings may name. @returns the number of each, by source, number there and id */
async function revisionsOf(
  redis: Redis,
  front: Store,
  sources: readonly Part[],
  all: ReadonlyMap<string, MovedAutomation>,
  revisions: MovedRevisions,
): Promise<ReadonlyMap<string, string>> {
  const numbers = new Map<string, string>();
  for (const [id, { plan, text }] of all) revisions.know(id, String(plan.revision), text);
  for (const { name, store } of sources) {
    for (const id of new Set([...all.keys(), ...(await outdatedIds(redis, store))])) {
      const [fields = {}] = await hashesOf(redis, [store.prefixes.automation + id]);
      for (const [revision, document] of Object.entries(fields)) {
        if (!/^\d+$/.test(revision)) continue;
        // The one engine that there was is the front.
        if (store.namespace === front.namespace) revisions.know(id, revision, document);
        numbers.set(`${name} ${revision}:${id}`, revisions.numberOf(id, revision, document));
      }
    }
  }
  return numbers;
}

/** Writes the new state of all targets beside the old one. */
export async function copyAll(c: Copying): Promise<void> {
  const held = new KeyIndex();
  await copyDefinitions(c);
  for (const source of c.sources) await copyTriggers(c, source, held);
  await copySeen(c);
  await copyReceived(c);
  await copyParked(c);
  const added = await copyLog(c);
  const asked = { firings: await passedFirings(c), entries: await neededEntries(c) };
  const { homes, moved } = await copyLedger(c, asked);
  await copyWaiting(c, moved);
  await copyLetters(c);
  await copyGate(c, homes);
  await copyAgreed(c);
  await copyTime(c, added, held);
  for (const stage of c.stages.values()) await stage.flush();
}

/** The front of a namespace that is divided for the first time has what all partitions follow. */
export async function prepareFront(
  { redis, front, from, to }: Course & Readonly<{ redis: Redis; front: Store }>,
  dry: boolean,
): Promise<void> {
  if (from !== null || to === null) return;
  const stage = new Stage(redis, front, dry);
  const settings = await fieldsOfHash(redis, front.keys.settings);
  const agreed = { follow_wait_ms: String(PARTITION_FOLLOW_WAIT_MS), ...settings };
  await stage.hash(stage.keys.settings, Object.entries(agreed));
  await stage.flush();
}
