import type { Redis } from 'ioredis';
import { pino } from 'pino';
import type { PartitionLayout } from '../../src/model/partition.ts';
import { partitionNames } from '../../src/model/partition.ts';
import { allDefinitions, deleteDefinition, findDefinition, putDefinition } from '../../src/redis/definitions.ts';
import { readPosition } from '../../src/redis/log.ts';
import { takeStage } from '../../src/redis/stage.ts';
import { partitionStore, type Store, storeOf } from '../../src/redis/store.ts';
import { copyAll, prepareCopy } from '../../src/repartition/copy.ts';
import type { Course } from '../../src/repartition/copying.ts';
import { noteFormerKeys, noteFormerPaper } from '../../src/repartition/former.ts';
import { PartitionedEngine, type StepEngine } from '../../src/simulation/partitioned-engine.ts';
import { answered, automationsOf, type Emitted, type Scenario } from '../../src/simulation/scenario.ts';
import { ScratchEngine, type ScratchParts } from '../../src/simulation/scratch-engine.ts';

/** How a namespace is divided from which step of a scenario on. */
export type Division = Readonly<{ from: number; layout: PartitionLayout | null }>;

const IGNORED = new Set(['prefect.log.write']);

/**
 * Runs a scenario in virtual time, and repartitions on the way.
 * @param divisions the first one from step 0 on
 */
export async function runMoving(
  redis: Redis,
  namespace: string,
  scenario: Scenario,
  divisions: readonly Division[],
): Promise<unknown[]> {
  const parts: ScratchParts = { redis, logger: pino({ level: 'silent' }), ignored: IGNORED };
  const automations = automationsOf(scenario);
  if ('invalid' in automations) throw new Error(automations.invalid);
  const front = storeOf(namespace);
  let nowMs = scenario.start ?? scenario.timeline[0]?.at ?? 0;
  let layout = divisions[0]?.layout ?? null;
  let engine = engineOf(parts, namespace, nowMs, layout);
  await engine.prepare();
  for (const automation of automations.loaded) {
    await engine.put(automation);
    if (layout !== null) await putDefinition(redis, front, automation, { onPaper: true });
  }
  const ledger: Emitted[] = [];
  for (const [i, { at, event, tick, delete: id, clear, resolve }] of scenario.timeline.entries()) {
    const next = divisions.find(({ from }) => from === i && i > 0);
    if (next) {
      await move(redis, front, { from: layout, to: next.layout });
      layout = next.layout;
      engine = engineOf(parts, namespace, nowMs, layout);
      if (engine instanceof PartitionedEngine) await engine.resume(await allDefinitions(redis, front));
      else await (engine as ScratchEngine).resume();
    }
    nowMs = Math.max(nowMs, at);
    engine.moveTo(at);
    if (event !== undefined) await engine.send(event);
    if (tick) await engine.tick();
    const put = automations.puts.get(i);
    if (put) await engine.put(put);
    if (put && layout !== null) await putDefinition(redis, front, put, { onPaper: true });
    if (id !== undefined) await engine.delete(id);
    if (id !== undefined && layout !== null && (await findDefinition(redis, front, id)) !== null)
      await deleteDefinition(redis, front, id);
    if (clear) await engine.clear(clear);
    if (resolve) await engine.resolve(resolve);
    for (const firing of await engine.drain()) ledger.push({ step: i, firing });
  }
  return answered(ledger);
}

function engineOf(parts: ScratchParts, namespace: string, nowMs: number, layout: PartitionLayout | null): StepEngine {
  if (layout === null) return new ScratchEngine(parts, namespace, nowMs);
  return new PartitionedEngine(parts, namespace, nowMs, layout);
}

/** As `watchfire repartition` does it, without the feeds: in virtual time they take none. */
async function move(redis: Redis, front: Store, course: Course): Promise<void> {
  const names = (layout: PartitionLayout | null): string[] => (layout === null ? [] : partitionNames(layout));
  const cut =
    course.from === null ? await readPosition(redis, front) : await furthest(redis, front, names(course.from));
  const copying = await prepareCopy({ redis, front, ...course, cut, dry: false, count: () => undefined });
  await copyAll(copying);
  for (const source of copying.sources) await noteFormerKeys(copying, source);
  await noteFormerPaper(copying);
  const all = [...new Set([...names(course.from), ...names(course.to)])].map((name) => partitionStore(front, name));
  for (const store of [front, ...all]) await takeStage(redis, store, undefined);
  for (const { keys } of all) {
    await redis.unlink(keys.fed, keys.reached);
    await redis.hdel(keys.clock, 'fed', 'forwarded');
  }
}

async function furthest(redis: Redis, front: Store, names: readonly string[]): Promise<string> {
  const positions = await Promise.all(names.map((name) => readPosition(redis, partitionStore(front, name))));
  return positions.sort((a, b) => Number(a.split('-')[0]) - Number(b.split('-')[0])).at(-1) ?? '0-0';
}
