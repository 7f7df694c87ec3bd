import { parseArgs } from 'node:util';
import { usageOf } from '../../support/usage.ts';

export type Durability = 'memory' | 'fsync' | 'replicated';
const DURABILITIES: readonly string[] = ['memory', 'fsync', 'replicated'] satisfies Durability[];

/** How much of everything there is in a run. */
export type Options = Readonly<{
  events: number;
  workers: number;
  /** Partitions by id; 0: a namespace without. Then firings are recomputed by a replay of each partition's log alone, not by the model. */
  partitions: number;
  /** SIGKILL of a worker. */
  kills: number;
  /** SIGSTOP of a worker, SIGCONT some seconds later. */
  stops: number;
  /** `kill -9` of Redis and a new start on its data. */
  redisKills: number;
  /** `kill -9` of Redis; its replica takes over. */
  failovers: number;
  /** Lost answers, black holes, delays and cuts between workers and Redis. */
  disturbances: number;
  /** SCRIPT FLUSH and scripts of others. */
  scripts: number;
  /** Automations that are disabled, enabled, replaced, deleted or put again. */
  changes: number;
  /** 1: a hostile producer sends beside the others; 0: none does. */
  hostile: number;
  /** 1: every second worker is of a synthetic next version, which adds to the state; 0: none is. */
  next: number;
  /** How long the events take to be sent; with `rate` they take what they take. */
  seconds: number;
  /** Events a second; 0: as `seconds` says. With it the times of recovery and draining are judged as well. */
  rate: number;
  /** Seconds after which it is given up. */
  limit: number;
  seed: number;
  /** What counts as kept, for workers and senders: see docs/guarantees.md. Failovers lose nothing only when it is `replicated`. */
  durability: Durability;
  /** Says what happens while it happens. */
  verbose: boolean;
}>;

const DEFAULTS = {
  events: 100_000,
  workers: 4,
  partitions: 0,
  kills: 60,
  stops: 20,
  'redis-kills': 3,
  failovers: 0,
  disturbances: 20,
  scripts: 20,
  changes: 20,
  hostile: 1,
  next: 0,
  seconds: 40,
  rate: 0,
  limit: 3_600,
  seed: 0,
} as const;

export const USAGE = usageOf('npm run proof -- chaos', {
  ...DEFAULTS,
  durability: 'memory (fsync, replicated)',
  verbose: '',
});

/** Reads `--events 100000 …`. @throws TypeError for what is no number or unknown */
export function optionsOf(args: readonly string[]): Options {
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      durability: { type: 'string' as const },
      verbose: { type: 'boolean' as const },
    },
  });
  const given = values as Record<string, string | boolean | undefined>;
  const number = (name: keyof typeof DEFAULTS): number => {
    const value = given[name] === undefined ? DEFAULTS[name] : Number(given[name]);
    if (!(Number.isInteger(value) && value >= 0)) throw new TypeError(`--${name} must be a whole number, 0 or more`);
    return value;
  };
  const durability = String(given.durability ?? (number('failovers') > 0 ? 'replicated' : 'memory'));
  if (!DURABILITIES.includes(durability)) throw new TypeError(`--durability must be one of ${DURABILITIES.join(', ')}`);
  return {
    events: number('events'),
    workers: Math.max(1, number('workers')),
    partitions: number('partitions'),
    kills: number('kills'),
    stops: number('stops'),
    redisKills: number('redis-kills'),
    failovers: number('failovers'),
    disturbances: number('disturbances'),
    scripts: number('scripts'),
    changes: number('changes'),
    hostile: number('hostile'),
    next: number('next'),
    seconds: Math.max(1, number('seconds')),
    rate: number('rate'),
    limit: number('limit'),
    seed: number('seed') || Date.now() % 1_000_000,
    durability: durability as Durability,
    verbose: given.verbose === true,
  };
}
