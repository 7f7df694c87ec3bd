import type { Redis } from 'ioredis';
import { type RuleOptions, workerCommands } from '../redis/acl.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../redis/keys.ts';
import type { Store } from '../redis/store.ts';
import { tryCommands } from '../redis/trial.ts';

/** What the connected user may not do; `untried`: why that is unknown, else null. */
export type Rights = Readonly<{ missing: readonly string[]; untried: string | null }>;

/**
 * The words behind a command: as many as it needs, of the kinds it expects. `k` stands for a key of the engine, `l` for
 * its log, `c` for its channel. Nothing of it is ever carried out.
 */
const WORDS: Readonly<Record<string, string>> = {
  ...fill('ping hello quit multi exec time', ''),
  ...fill('get incr persist pttl type hgetall hvals hkeys hlen zcard scard llen xlen lpop rpop', 'k'),
  ...fill('del unlink exists', 'k'),
  ...fill('set hget hdel hexists sadd srem zrem zscore lpush rpush lpos lindex', 'k a'),
  ...fill('hmget', 'k a'),
  ...fill('hscan zscan', 'k 0'),
  ...fill('hset hsetnx hmset', 'k a b'),
  ...fill('hincrby', 'k a 1'),
  ...fill('renamenx', 'k k'),
  ...fill('zadd', 'k 1 a'),
  ...fill('zrange zrangebyscore zrevrangebyscore zcount zremrangebyscore lrange', 'k 0 1'),
  ...fill('lrem', 'k 0 a'),
  ...fill('xadd', 'l * a b'),
  ...fill('xack', `l ${ENGINE_GROUP} 1-0`),
  ...fill('xrange', 'l - +'),
  ...fill('xrevrange', 'l + -'),
  ...fill('xread', 'STREAMS l 0'),
  ...fill('xreadgroup', `GROUP ${ENGINE_GROUP} doctor STREAMS l >`),
  ...fill('xautoclaim', `l ${ACTIONS_GROUP} doctor 1 0`),
  ...fill('xpending', `l ${ENGINE_GROUP}`),
  ...fill('xtrim', 'l MINID 0'),
  ...fill('xdel', 'l 1-0'),
  ...fill('xsetid', 'l 1-0'),
  ...fill('eval evalsha', 'x 1 k'),
  ...fill('pexpire', 'k 1'),
  ...fill('waitaof', '1 0 1'),
  ...fill('select', '0'),
  ...fill('info', 'server'),
  ...fill('subscribe', 'c'),
  ...fill('unsubscribe', 'c'),
  'cluster|slots': '',
  'cluster|info': '',
  asking: '',
  readonly: '',
  publish: 'c a',
  wait: '0 1',
  'client|setname': 'watchfire-doctor',
  'config|get': 'appendfsync',
  'script|load': 'return',
  'pubsub|numsub': 'c',
  'xgroup|create': `l ${ENGINE_GROUP} 0`,
  'xgroup|destroy': `l ${ENGINE_GROUP}-gone`,
  'xgroup|delconsumer': `l ${ENGINE_GROUP} doctor`,
  'xgroup|setid': `l ${ENGINE_GROUP} 0`,
  'xinfo|groups': 'l',
  'xinfo|consumers': `l ${ENGINE_GROUP}`,
  'xinfo|stream': 'l',
};

function fill(commands: string, words: string): Record<string, string> {
  return Object.fromEntries(commands.split(' ').map((command) => [command, words]));
}

/** A command as it is sent. @throws when no words are known for it */
export function sampleOf(command: string, { keys, prefixes }: Pick<Store, 'keys' | 'prefixes'>): string[] {
  const words = WORDS[command];
  if (words === undefined) throw new Error(`no example of ${command}`);
  const named: Readonly<Record<string, string>> = { k: `${prefixes.bull}:x`, l: keys.events, c: keys.live };
  return [...command.split('|'), ...words.split(' ').filter(Boolean)].map((word) => named[word] ?? word);
}

/**
 * Whether the user that `redis` is connected as may do everything that a worker does. Redis answers that itself, and
 * the question needs no right: within a transaction Redis checks each command at once, and executes none when the connection ends
 * before `EXEC`. Whether it may take the connection's first steps has been seen already.
 */
export async function rightsOf(redis: Redis, store: Store, options: RuleOptions): Promise<Rights> {
  const tried = workerCommands(options).filter((command) => !IN_NO_TRANSACTION.has(command));
  try {
    const answers = await tryCommands(
      redis,
      tried.map((command) => sampleOf(command, store)),
    );
    return verdictOf(tried, answers);
  } catch (error) {
    return { missing: [], untried: (error as Error).message };
  }
}

/** Commands that Redis takes in no transaction, or that would end this one. */
const IN_NO_TRANSACTION: ReadonlySet<string> = new Set(['multi', 'exec', 'quit']);

function verdictOf(commands: readonly string[], answers: readonly PromiseSettledResult<unknown>[]): Rights {
  const missing: string[] = [];
  const untried: string[] = [];
  for (const [i, answer] of answers.entries()) {
    const command = commands[i] ?? '';
    if (answer.status === 'fulfilled') continue;
    const { message } = answer.reason as Error;
    if (/^NOPERM/.test(message)) missing.push(command);
    // An older server does not know some of them; that is a finding about its version.
    else if (!/unknown (sub)?command|^OOM|^READONLY|^MISCONF|^NOREPLICAS|^CLUSTERDOWN|^MOVED/i.test(message)) {
      untried.push(`${command}: ${message}`);
    }
  }
  return { missing, untried: untried[0] ?? null };
}
