import { setTimeout as pause } from 'node:timers/promises';
import { type LocalNode, until } from '../../../scripts/local-cluster.ts';
import { slotOf } from '../../../src/redis/cluster.ts';
import type { Crowd } from '../crowd.ts';
import type { Options } from './options.ts';
import type { Scene } from './scene.ts';

/** Keys of one call of MIGRATE, during which both nodes do nothing else. */
const KEYS_AT_ONCE = 20;

/** How long such a call may take. */
const MIGRATE_BOUND_MS = 30_000;

/** How long a slot may take until all of its keys have moved, failovers on the way included. */
const MOVED_BOUND_MS = 180_000;

export type Fault = 'kill' | 'move' | 'cut' | 'worker kill';

/** `tookMs`: from a kill until another node had the slots. */
export type Done = Readonly<{ kind: Fault; tookMs: number }>;

export type FaultParts = Readonly<{
  scene: Scene;
  crowd: Crowd;
  options: Options;
  /** Of the engine: of its partitions, its front and its jobs. */
  namespaces: readonly string[];
  random: () => number;
  say: (sentence: string) => void;
}>;

/** All faults in a random order. */
export function scheduleOf({ kills, moves, cuts }: Options, random: () => number): Fault[] {
  const counted: readonly (readonly [Fault, number])[] = [
    ['kill', kills],
    ['move', moves],
    ['cut', cuts],
  ];
  const faults = counted.flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  return faults
    .map((kind) => ({ kind, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ kind }) => kind);
}

/** Makes one fault, and waits until the cluster is whole again, without a word to the engine. */
export async function make(kind: Fault, parts: FaultParts): Promise<Done> {
  const { scene, say } = parts;
  const begin = performance.now();
  if (kind === 'kill') return { kind, tookMs: await killed(parts) };
  if (kind === 'move') await moved(parts);
  if (kind === 'cut') await cutOff(parts);
  if (kind === 'worker kill') await parts.crowd.replace(parts.random());
  if (kind !== 'worker kill') await scene.cluster.agreed();
  const tookMs = performance.now() - begin;
  say(`${kind} done after ${Math.round(tookMs)} ms`);
  return { kind, tookMs };
}

function oneOf<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** `kill -9` of a primary. When its replica has its slots it is started again, on what it had written, and follows that one. */
async function killed({ scene, random, say }: FaultParts): Promise<number> {
  const { cluster } = scene;
  const victim = oneOf(await cluster.primaries(), random);
  await victim.kill();
  const begin = performance.now();
  await cluster.agreed();
  const tookMs = performance.now() - begin;
  say(`primary ${victim.port} killed, replaced after ${Math.round(tookMs)} ms`);
  await victim.start();
  await cluster.agreed();
  return tookMs;
}

/** A node that nobody reaches: another one takes over, and it hears of that when the ways are open again. */
async function cutOff({ scene, random, options, say }: FaultParts): Promise<void> {
  const victim = oneOf(await scene.cluster.primaries(), random);
  scene.cut(victim);
  say(`primary ${victim.port} cut off`);
  await scene.cluster.agreed([victim]);
  say('another node has its slots');
  await pause(options.timeout);
  scene.heal();
}

/** Moves the slot of one engine, with all of its keys, to another primary, while it is used. */
async function moved({ scene, namespaces, random, say }: FaultParts): Promise<void> {
  const namespace = oneOf(namespaces, random);
  const slot = slotOf(namespace);
  let target: LocalNode | null = null;
  let count = 0;
  // A node that is slow for a moment takes the others for lost, and refuses; on a busy machine one of both may fail over meanwhile.
  await until(
    'the slot has moved',
    async () => {
      const primaries = await scene.cluster.primaries();
      const source = await ownerOf(primaries, slot);
      if (source === target) return true;
      target = await targetOf({ primaries: primaries.filter((one) => one !== source), slot, before: target, random });
      count += await keysMoved(slot, source, target);
      // The new owner first: were it to be lost in between, the old one would still say where the keys are.
      const to = await target.id();
      for (const node of [target, source, ...primaries]) await node.redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', to);
      return true;
    },
    MOVED_BOUND_MS,
  );
  say(`slot ${slot} of {${namespace}} moved with ${count} keys`);
}

type Targets = Readonly<{
  primaries: readonly LocalNode[];
  slot: number;
  before: LocalNode | null;
  random: () => number;
}>;

/** Where a slot goes: to the node that has some of its keys, which may have taken the place of the one that was chosen. */
async function targetOf({ primaries, slot, before, random }: Targets): Promise<LocalNode> {
  for (const node of primaries) if (Number(await node.redis.call('CLUSTER', 'COUNTKEYSINSLOT', slot)) > 0) return node;
  return before !== null && primaries.includes(before) ? before : oneOf(primaries, random);
}

/** @returns how many keys moved */
async function keysMoved(slot: number, source: LocalNode, target: LocalNode): Promise<number> {
  await target.redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await source.id());
  await source.redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await target.id());
  for (let count = 0; ; ) {
    const keys = (await source.redis.call('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE)) as string[];
    if (keys.length === 0) return count;
    const bound = String(MIGRATE_BOUND_MS);
    await source.redis.call('MIGRATE', '127.0.0.1', target.port, '', 0, bound, 'REPLACE', 'KEYS', ...keys);
    count += keys.length;
  }
}

async function ownerOf(primaries: readonly LocalNode[], slot: number): Promise<LocalNode> {
  let owner: LocalNode | undefined;
  await until(`a primary has slot ${slot}`, async () => {
    for (const node of primaries) {
      const own = await node.id();
      const ranges = (await node.redis.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][];
      if (ranges.some(([from, to, [, , id]]) => id === own && from <= slot && slot <= to)) owner = node;
    }
    return owner !== undefined;
  });
  return owner as LocalNode;
}
