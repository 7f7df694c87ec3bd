import { listens } from '../match/listening.ts';
import { FRONT } from '../model/fed.ts';
import { msOf } from '../model/intake.ts';
import { GLOBAL_PARTITION, PARTITION_FOLLOW_WAIT_MS, partitionNames } from '../model/partition.ts';
import { OUTCOMES } from '../redis/backlog.ts';
import { reachedOf } from '../redis/fed.ts';
import { ACTIONS_GROUP, ENGINE_GROUP, FORMAT } from '../redis/keys.ts';
import { isAfter } from '../redis/log.ts';
import { fieldsOfHash, hashBytes, hashesOf, memberPages, textsOf } from '../redis/movable.ts';
import { Packer } from '../redis/packer.ts';
import type { Stage } from '../redis/stage.ts';
import { shownJson, storedNumber } from '../redis/stored.ts';
import { type Copying, stageOf } from './copying.ts';
import { compiled, planText } from './definitions.ts';
import type { KeyIndex } from './windows.ts';

/** Copies what the front says of the definitions to each target on which they live, with their compiled triggers and all documents. */
export async function copyDefinitions(c: Copying): Promise<void> {
  const { redis, front, definitions, revisions } = c;
  const [generation] = await textsOf(redis, [front.keys.generation]);
  const changes = new Map<string, string>();
  for await (const page of memberPages(redis, front.keys.changes)) for (const [id, at] of page) changes.set(id, at);
  for (const [name, stage] of c.stages) {
    // That of the front is written when all is done.
    if (c.to !== null) {
      await stage.text(stage.keys.format, FORMAT);
      await stage.text(stage.keys.generation, generation ?? '0');
      await stage.text(stage.keys.followed, generation ?? '0');
    }
    for (const [id, moved] of definitions.all) {
      if (!definitions.livesOn(id, name)) continue;
      await stage.hash(stage.keys.automations, [[id, moved.text]]);
      await stage.hash(stage.keys.plans, [[id, planText(moved)]]);
      await stage.scores(stage.keys.changes, [[changes.get(id) ?? generation ?? '0', id]]);
      if (moved.automation.enabled && listens(moved.automation.trigger))
        await stage.members(stage.keys.listeners, [id]);
      for (const [trigger, fields] of compiled(moved))
        await stage.text(stage.prefixes.trigger + trigger, packed(fields));
    }
    for (const id of revisions.ids()) if (definitions.livesOn(id, name)) await copyDocuments(c, stage, id);
  }
  const listened = [...definitions.all.values()].some(
    ({ automation, spread }) => !spread && automation.enabled && listens(automation.trigger),
  );
  // A partition has its state-change events put into its log while the global one could want them.
  if (listened && c.to !== null)
    for (const [name, stage] of c.stages)
      if (name !== GLOBAL_PARTITION) await stage.members(stage.keys.listeners, ['*']);
  c.count('automations', definitions.all.size);
}

async function copyDocuments({ definitions, revisions }: Copying, stage: Stage, id: string): Promise<void> {
  const known = definitions.all.get(id);
  const state: [string, string][] = known
    ? [
        ['current', String(known.plan.revision)],
        ['enabled', known.automation.enabled ? '1' : '0'],
      ]
    : [];
  await stage.hash(stage.prefixes.automation + id, [...revisions.of(id), ...state]);
}

function packed(fields: readonly string[]): Buffer {
  const packer = new Packer();
  for (const field of fields) packer.text(field);
  return packer.done();
}

/** Copies which documents were replaced, which queues were named, and what the namespace agrees on. */
export async function copyAgreed(c: Copying): Promise<void> {
  const { redis, front } = c;
  for (const { name, store } of c.sources) {
    for await (const page of memberPages(redis, store.keys.outdated)) {
      for (const [member, until] of page) {
        const at = member.indexOf(':');
        const [revision, id] = [member.slice(0, at), member.slice(at + 1)];
        const moved = c.revisionIn(name, id, revision);
        if (String(c.definitions.all.get(id)?.plan.revision) === moved) continue;
        for (const [target, stage] of c.stages)
          if (c.definitions.livesOn(id, target)) await stage.scores(stage.keys.outdated, [[until, `${moved}:${id}`]]);
      }
    }
  }
  if (c.to === null) return;
  const [settings = {}, quotas = {}] = await hashesOf(redis, [front.keys.settings, front.keys.quotas]);
  const agreed = c.from === null ? { follow_wait_ms: String(PARTITION_FOLLOW_WAIT_MS), ...settings } : settings;
  for (const stage of c.stages.values()) {
    await stage.hash(stage.keys.settings, Object.entries(agreed));
    await stage.hash(stage.keys.quotas, Object.entries(quotas));
    for await (const page of memberPages(redis, front.keys.queues))
      await stage.scores(
        stage.keys.queues,
        page.map(([queue, at]) => [at, queue] as const),
      );
  }
}

/** Remembered ids do not say to which key their events belonged: each target gets all of them. */
export async function copySeen(c: Copying): Promise<void> {
  const { redis, sources } = c;
  const found = await Promise.all(
    sources.map(async ({ store }) => {
      const [text] = await textsOf(redis, [store.keys.seen]);
      return generationsIn(text ?? null).map((generation) => ({
        generation,
        key: `${store.prefixes.seen}${generation.number}`,
      }));
    }),
  );
  // As they were remembered one behind the other: the first one is the newest.
  const all = found.flat().sort((a, b) => b.generation.to - a.generation.to);
  const list = all.map(({ generation }, i) => ({ ...generation, number: all.length - i }));
  for (const [i, { key, generation }] of all.entries()) {
    for await (const page of hashBytes(redis, key))
      for (const stage of c.stages.values()) await stage.hash(`${stage.prefixes.seen}${all.length - i}`, page);
    c.count('ids', generation.count * c.stages.size);
  }
  if (list.length > 0) for (const stage of c.stages.values()) await stage.text(stage.keys.seen, JSON.stringify(list));
}

/** Ids of events that came by HTTP: the same of them. */
export async function copyReceived(c: Copying): Promise<void> {
  for (const { store } of c.sources)
    for await (const page of memberPages(c.redis, store.keys.received))
      for (const stage of c.stages.values()) {
        await stage.scores(
          stage.keys.received,
          page.map(([digest, at]) => [at, digest] as const),
        );
        await stage.lasting(stage.keys.received, RECEIVED_KEPT_MS);
      }
}

/** At most as long as somebody sends again what came by HTTP. */
const RECEIVED_KEPT_MS = 3 * 24 * 3_600_000;

export type IdGeneration = Readonly<{ number: number; from: number; to: number; size: number; count: number }>;

/** Generations of remembered ids (lua/include/seen.lua). */
export function generationsIn(text: string | null): IdGeneration[] {
  const list = shownJson(text ?? undefined);
  return Array.isArray(list) ? (list as IdGeneration[]) : [];
}

/** Copies the clock, the counters and what the new logs are fed from; each log ends where the engine has come to. */
export async function copyTime(c: Copying, added: ReadonlyMap<string, number>, held: KeyIndex): Promise<void> {
  const { redis, sources } = c;
  const clocks = await Promise.all(sources.map(({ store }) => fieldsOfHash(redis, store.keys.clock)));
  const positions = await textsOf(
    redis,
    sources.map(({ store }) => store.keys.position),
  );
  const furthest = positions.reduce<string>((most, at) => (isAfter(at ?? '0-0', most) ? (at ?? most) : most), '0-0');
  const counters = await sumsOf(c);
  const foreign = await foreignOf(c);
  let first = true;
  for (const [name, stage] of c.stages) {
    const position = c.to === null ? c.cut : later(furthest, stage.end(stage.keys.events));
    await stage.text(stage.keys.position, position);
    await stage.hash(stage.keys.clock, Object.entries(clockOf(clocks, position)));
    const marks = c.to === null ? [] : marksOf(c, name, furthest);
    await copyReached(stage, marks, foreign);
    if (c.to !== null) await joinFeeds(name, stage, marks, position);
    if (stage.end(stage.keys.firings) !== '0-0')
      await stage.group(stage.keys.firings, ACTIONS_GROUP, stage.end(stage.keys.firings));
    const own = first ? counters : {};
    await stage.hash(
      stage.keys.counters,
      Object.entries(own).map(([word, number]) => [word, String(number)] as const),
    );
    if (c.to !== null) await stage.hash(stage.keys.audit, bookOf(added.get(name) ?? 0, own));
    await copyUse(stage, held.counts.get(name) ?? new Map());
    const due = [...(held.due.get(name) ?? [])];
    await stage.scores(
      stage.keys.due,
      due.map(([trigger, at]) => [String(at), trigger] as const),
    );
    first = false;
  }
}

function later(a: string, b: string): string {
  return isAfter(a, b) ? a : b;
}

/** The clock of the engine that has come furthest: of one that others are put together to. */
function clockOf(clocks: readonly Record<string, string>[], position: string): Record<string, string> {
  const [newest = {}] = [...clocks].sort((a, b) => storedNumber(b.newest, -1) - storedNumber(a.newest, -1));
  const settled = clocks.flatMap((clock) => (clock.settled === undefined ? [] : [Number(clock.settled)]));
  const kept = ['newest', 'arrival'].flatMap((name) => (newest[name] === undefined ? [] : [[name, newest[name]]]));
  return {
    ...Object.fromEntries(kept),
    ...(settled.length > 0 && { settled: String(Math.max(...settled)) }),
    ...(clocks.length === 1 && newest.at !== undefined && { at: newest.at }),
    position,
  };
}

/** A source of a log, and the id up to which the log is done with it. */
type Mark = readonly [source: string, id: string];

/** What a partition is fed from: it knows of all of them as if it had been fed up to there. */
function marksOf(c: Copying, name: string, furthest: string): Mark[] {
  const others = name === GLOBAL_PARTITION && c.to !== null ? partitionNames(c.to).filter((one) => one !== name) : [];
  const forwarded = others.map((other): Mark => {
    const log = stageOf(c, other);
    return [other, later(furthest, log.end(log.keys.events))];
  });
  return [[FRONT, c.cut], ...forwarded];
}

async function copyReached(stage: Stage, marks: readonly Mark[], foreign: ReadonlyMap<string, number>): Promise<void> {
  const reached = [...marks.map(([source, id]): [string, number] => [source, msOf(id)]), ...foreign];
  if (reached.length === 0) return;
  await stage.hash(
    stage.keys.reached,
    reached.map(([source, ms]) => [source, String(ms)] as const),
  );
  await stage.hash(stage.keys.clock, [['fed', String(reached.length)]]);
}

/** Sources of the front log that are no logs of the engine, and the ms up to which all that were fed on know of them. */
async function foreignOf({ redis, sources, from }: Copying): Promise<ReadonlyMap<string, number>> {
  const own = new Set([FRONT, ...(from === null ? [] : partitionNames(from))]);
  const foreign = new Map<string, number>();
  for (const { store } of sources)
    for (const [source, ms] of await reachedOf(redis, store))
      if (!own.has(source)) foreign.set(source, Math.min(foreign.get(source) ?? ms, ms));
  return foreign;
}

/** The new log is fed from there on, read from its end on, and fed on from there. */
async function joinFeeds(name: string, stage: Stage, marks: readonly Mark[], position: string): Promise<void> {
  await stage.hash(
    stage.keys.fed,
    marks.map(([source, id]) => [source, `${id} ${msOf(id)} open`] as const),
  );
  await stage.group(stage.keys.events, ENGINE_GROUP, position);
  if (name === GLOBAL_PARTITION) return;
  await stage.group(stage.keys.events, `feed:${GLOBAL_PARTITION}`, position);
  await stage.hash(stage.keys.clock, [['forwarded', position]]);
}

/** What became of entries, of all sources. */
async function sumsOf({ redis, sources }: Copying): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { store } of sources)
    for (const [word, number] of Object.entries(await fieldsOfHash(redis, store.keys.counters)))
      sums[word] = (sums[word] ?? 0) + storedNumber(number, 0);
  return sums;
}

/** The book of the log (lua/include/book.lua): what was added to it does not count where it was counted elsewhere. */
function bookOf(added: number, counters: Readonly<Record<string, number>>): (readonly [string, string])[] {
  const processed = OUTCOMES.reduce((sum, word) => sum + (counters[word] ?? 0), 0);
  const book = { added, processed, anchor: added - processed };
  return Object.entries(book).map(([name, number]) => [name, String(number)] as const);
}

async function copyUse(stage: Stage, counts: ReadonlyMap<string, number>): Promise<void> {
  const all = [...counts.values()].reduce((a, b) => a + b, 0);
  const fields = [...counts].map(([owner, number]): [string, string] => [owner, String(number)]);
  if (all > 0) await stage.hash(stage.keys.quota_used, [...fields, ['', String(all)]]);
}
