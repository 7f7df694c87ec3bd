import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Crowd } from '../crowd.ts';
import type { Changes } from './changes.ts';
import type { Disturbance, Door } from './door.ts';
import type { Hostile } from './hostile.ts';
import type { Options } from './options.ts';
import type { Producer } from './producer.ts';
import type { Servers } from './servers.ts';

export type FaultKind = 'kill' | 'stop' | 'redis kill' | 'failover' | 'disturbance' | 'scripts' | 'change';

/** `at`: share of the events that have been sent by then. */
export type Fault = { kind: FaultKind; at: number };

/** The first and the last fault leave some undisturbed events before and behind them. */
const FIRST = 0.03;
const LAST = 0.96;

/** Events run ahead of a fault that takes its time by so many faults at most: on a slow machine they must not be over before those. */
const AHEAD = 4;

/** How long a worker stands still, a connection is disturbed, a replica lags (ms): from one to another. */
const STALL_MS = [300, 4_000] as const;
const DISTURBED_MS = [50, 3_000] as const;
const LAG_MS = [0, 300] as const;

/** What Redis may lose when it is killed: what it had not written in the last second, and some time to notice. */
const EXCUSED_MS = 2_000;

const DISTURBANCES: readonly Disturbance[] = ['lose answers', 'lose everything', 'delay', 'cut'];

/** A script of somebody else: keeps Redis busy for some ms, and has a new text each time, as careless users do. */
const foreign = (i: number): string => `local n = ${i} for k = 1, 300000 do n = n + k end return tostring(n)`;

/** When what happens. Kills are spread evenly, so that there are workers to be killed, and those of Redis with room around each. */
export function schedule(options: Options, random: () => number): Fault[] {
  const faults: Fault[] = [];
  const add = (kind: FaultKind, count: number, place: (i: number) => number): void => {
    for (let i = 0; i < count; i += 1) faults.push({ kind, at: FIRST + ((LAST - FIRST) * place(i)) / count });
  };
  const anywhere = (count: number) => () => random() * count;
  add('kill', options.kills, (i) => i + random());
  add('stop', options.stops, anywhere(options.stops));
  add('disturbance', options.disturbances, anywhere(options.disturbances));
  add('scripts', options.scripts, anywhere(options.scripts));
  add('change', options.changes, (i) => i + random());
  add('redis kill', options.redisKills, (i) => i + 0.3 + 0.4 * random());
  add('failover', options.failovers, (i) => i + 0.3 + 0.4 * random());
  return faults.sort((a, b) => a.at - b.at);
}

export type Scene = {
  servers: Servers;
  /** The way of the workers. */
  door: Door;
  crowd: Crowd;
  producer: Producer;
  hostile: Hostile;
  changes: Changes;
  /** An undisturbed connection to the primary. */
  redis: Redis;
  random: () => number;
  say: (sentence: string) => void;
};

/** What was done, and what it cost. */
export type Damage = {
  /** `at`: when it was done; of Redis: when one answered again. */
  done: { kind: FaultKind; at: number }[];
  /** Acknowledged entries that a dying Redis took with it. */
  taken: number;
  /** Those of them that had been acknowledged too long before to be excused. */
  lost: number;
  longestOutageMs: number;
};

/** Does all that is scheduled, each when its share of `total` events has been sent. */
export async function rage(
  scene: Scene,
  faults: readonly Fault[],
  total: number,
  signal: AbortSignal,
): Promise<Damage> {
  const damage: Damage = { done: [], taken: 0, lost: 0, longestOutageMs: 0 };
  for (const [i, { kind, at }] of faults.entries()) {
    scene.producer.allowed = (faults[i + AHEAD]?.at ?? 1) * total;
    while (scene.producer.sent < at * total && !signal.aborted) await pause(10);
    if (signal.aborted) break;
    scene.say(`${Math.round(at * 100)} %: ${kind}`);
    await strike(scene, kind, damage, signal);
    damage.done.push({ kind, at: performance.now() });
  }
  return damage;
}

async function strike(scene: Scene, kind: FaultKind, damage: Damage, signal: AbortSignal): Promise<void> {
  const { crowd, random, door, redis } = scene;
  switch (kind) {
    case 'kill':
      return await crowd.replace(random());
    case 'stop':
      return crowd.stall(random(), between(STALL_MS, random));
    case 'disturbance': {
      const how = DISTURBANCES[Math.floor(random() * DISTURBANCES.length)] ?? 'cut';
      return door.disturb(how, between(DISTURBED_MS, random), () => random() < 0.4);
    }
    case 'scripts':
      if (random() < 0.5) await redis.script('FLUSH');
      else await redis.eval(foreign(Math.floor(random() * 1e9)), 0);
      return;
    case 'change':
      return await scene.changes.one(signal);
    case 'redis kill':
    case 'failover':
      return await strikeRedis(scene, kind, damage);
    default:
      kind satisfies never;
  }
}

async function strikeRedis({ servers, producer, redis, random, say }: Scene, kind: FaultKind, damage: Damage) {
  const lagMs = between(LAG_MS, random);
  // While the disk is busy Redis holds back what it acknowledged, for two seconds at most as long as it has its turns: now it had one.
  await redis.ping();
  const crashAt = performance.now() + (kind === 'failover' ? lagMs : 0);
  if (kind === 'failover') await servers.failover(lagMs);
  else await servers.crash();
  await redis.ping();
  const loss = await producer.lossAt(redis, crashAt);
  damage.longestOutageMs = Math.max(damage.longestOutageMs, performance.now() - crashAt);
  damage.taken += loss.entries;
  if (loss.oldestMs > EXCUSED_MS) damage.lost += loss.entries;
  if (loss.entries > 0) say(`${kind} took ${loss.entries} acknowledged entries of the last ${loss.oldestMs} ms`);
}

function between([from, to]: readonly [number, number], random: () => number): number {
  return Math.round(from + (to - from) * random());
}
