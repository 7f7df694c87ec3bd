import { keysOf, prefixesOf } from './keys.ts';

/**
 * The kinds of Redis users.
 * `producer` sends events and can read none. `worker` runs the engine and changes automations. `actions` carries out actions: it may do
 * what a worker may, and takes jobs. `viewer` looks. `consumer` takes jobs out of the queues and cannot reach the engine's state.
 */
export const ROLES = ['producer', 'worker', 'actions', 'viewer', 'consumer'] as const;
export type Role = (typeof ROLES)[number];

/** What every client needs to be connected: `select` for a numbered database, `info` for ioredis' ready check. */
const CONNECTED = ['ping', 'hello', 'quit', 'select', 'client|setname', 'info'];

/** What a client of a cluster needs besides: where the slots are, and to read one that has just moved. `readonly` for connections to replicas. */
const CLUSTERED = ['cluster|slots', 'cluster|info', 'asking', 'readonly'];

/** For the engine: its scripts, whose commands Redis checks one by one, and the commands that it calls directly. */
const ENGINE = [
  'evalsha script|load multi exec time wait publish pubsub|numsub subscribe unsubscribe',
  'get set del unlink exists incr pexpire persist pttl type renamenx',
  'hget hset hsetnx hdel hmget hgetall hvals hkeys hlen hexists hincrby hscan',
  'sadd srem zadd zrem zrange zscan zcard zcount zscore zremrangebyscore',
  'xadd xack xrange xrevrange xread xreadgroup xautoclaim xpending xtrim xdel xlen xsetid',
  'xgroup|create xgroup|delconsumer xgroup|destroy xgroup|setid xinfo|groups xinfo|consumers xinfo|stream',
];

/** For BullMQ where jobs are added: its scripts, sent by EVAL when the server does not know them. */
const ADDING_JOBS = [
  'eval evalsha',
  'get set del exists incr persist pttl hget hset hmset hmget',
  'llen lpos lrange lindex lpush rpush rpop sadd scard xadd zadd zcard zcount zrange zrem zrevrangebyscore zscore',
];

/** For BullMQ where jobs are taken, retried, delayed, scheduled, looked at and cleaned up. */
const TAKING_JOBS = [
  ...ADDING_JOBS,
  'time type unlink rename incrby pexpire pexpireat expire hdel hexists hgetall hincrby hlen hkeys hvals hscan',
  'lpop lrem lset ltrim rpoplpush smembers sismember srem sscan bzpopmin zpopmin zlexcount zrangebylex zrangebyscore',
  'zremrangebyrank zremrangebyscore zrevrange xdel xlen xrange xrevrange xread xtrim multi exec',
];

/** Everything that shows and changes nothing. */
const LOOKING = [
  'multi exec time get pttl type subscribe unsubscribe',
  'hget hmget hgetall hvals hlen hexists hscan zrange zscore zcard zcount llen lpos lrange',
  'xrange xrevrange xread xlen xinfo|groups xinfo|consumers xinfo|stream',
];

/** How full the log is, on which the refusal of an event depends: not what stands in it. */
const HOW_FULL = ['xlen', 'xinfo|groups'];

/** Each command once, as in `xinfo|groups`. */
function namesOf(...groups: readonly string[][]): string[] {
  return [...new Set(groups.flat().flatMap((group) => group.split(' ')))];
}

/** `+` before each command, each once. */
function allowed(...groups: readonly string[][]): string[] {
  return namesOf(...groups).map((command) => `+${command}`);
}

/**
 * How the mode `fsync` learns that something is on the disk: by asking Redis to wait (7.2), or by seeing that `appendfsync` is
 * `always`. The second shows the user all settings of the server, its passwords among them, so it is given only where needed.
 */
export const WAYS_TO_DISK = ['waitaof', 'always'] as const;
export type WayToDisk = (typeof WAYS_TO_DISK)[number];

/**
 * `fsync`: for the durability mode of that name. `queues`: the only queues that a consumer may use; all of the namespace without.
 * `partitions`: the namespace has some. `cluster`: it is on a Redis Cluster.
 */
export type RuleOptions = Readonly<{
  fsync?: WayToDisk | undefined;
  queues?: readonly string[] | undefined;
  partitions?: boolean | undefined;
  cluster?: boolean | undefined;
}>;

/** The names in front of keys: of the namespace, and of its partitions where it has some. */
function namesOfKeys(namespace: string, { partitions = false }: RuleOptions): string[] {
  return partitions ? [`{${namespace}}`, `{${namespace}.[0-9]*}`, `{${namespace}.g}`] : [`{${namespace}}`];
}

/** Names of queues are taken literally: Redis reads patterns of keys. */
function queuePatterns(bull: string, queues: readonly string[] | undefined): string[] {
  if (queues === undefined) return [`~${bull}:*`];
  return queues.map((queue) => `~${bull}:${queue.replace(/[\\*?[\]]/g, '\\$&')}:*`);
}

function seeingToDisk({ fsync }: RuleOptions): string[] {
  if (fsync === undefined) return [];
  return fsync === 'waitaof' ? ['waitaof'] : ['config|get'];
}

/** What each of them needs to be connected. */
function connecting({ cluster = false }: RuleOptions): string[] {
  return cluster ? [...CONNECTED, ...CLUSTERED] : CONNECTED;
}

/** The commands that a worker sends, in its scripts as well; subcommands as in `xinfo|groups`. */
export function workerCommands(options: RuleOptions = {}): string[] {
  return namesOf(connecting(options), ENGINE, ADDING_JOBS, seeingToDisk(options));
}

/**
 * The rules of a user as `ACL SETUSER` takes them, behind its name: what stood there before is removed, and only what is
 * named is allowed. They hold no password and do not turn the user on.
 * @param namespace as in the settings; other namespaces are out of reach
 */
export function rulesOf(role: Role, namespace: string, options: RuleOptions = {}): string[] {
  const disk = seeingToDisk(options);
  const connected = connecting(options);
  const { format } = keysOf(namespace);
  const { bull } = prefixesOf(namespace);
  const names = namesOfKeys(namespace, options);
  const under = (before: string, key: string): string[] => names.map((name) => `${before}~${name}:${key}`);
  // With the number of a database behind it, see channel.ts.
  const channels = names.flatMap((name) => [`&${name}:live`, `&${name}:live:*`]);
  const nothing = ['reset', '-@all'];
  switch (role) {
    case 'producer':
      return [
        ...nothing,
        ...allowed(connected, ['xadd wait'], disk),
        ...under('%W', 'events'),
        `(${[...allowed(HOW_FULL), ...under('%R', 'events')].join(' ')})`,
        // How the namespace is divided.
        ...(options.partitions ? [`(+get %R~${format})`] : []),
      ];
    case 'worker':
      return [...nothing, ...workerCommands(options).map((command) => `+${command}`), ...under('', '*'), ...channels];
    case 'actions':
      return [...nothing, ...allowed(workerCommands(options), TAKING_JOBS), ...under('', '*'), ...channels];
    case 'viewer':
      return [...nothing, ...allowed(connected, LOOKING), ...under('%R', '*'), ...channels];
    case 'consumer':
      return [...nothing, ...allowed(connected, TAKING_JOBS), ...queuePatterns(bull, options.queues)];
    default:
      return role satisfies never;
  }
}
