import type { Redis } from 'ioredis';
import { ROLES, type Role, rulesOf } from '../../../../src/redis/acl.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

/** A command of Redis with its subcommand, and whether it writes or belongs to administrators. */
type Command = Readonly<{ name: readonly string[]; arity: number; flags: ReadonlySet<string>; hasKeys: boolean }>;

/** What a command line would touch; '' for no key. */
type Call = Readonly<{ command: Command; key: string; argv: readonly string[] }>;

const LOG = '{wf}:events';
const STATE = '{wf}:position';
const OWN_QUEUE = '{wf}:bull:mail:wait';
const OTHER_QUEUE = '{wf}:bull:deliveries:wait';
const FOREIGN = ['{other}:events'];
const KEYS = [LOG, STATE, OWN_QUEUE, OTHER_QUEUE, ...FOREIGN];

/** Arguments that are tried beside those that a command needs, and places of the key among them. */
const MORE = 3;
const PLACES = 4;

/** Commands without a key that hold up nobody else and show nothing of other namespaces. */
const HARMLESS: ReadonlySet<string> = new Set(
  'ping hello quit auth reset select time info wait waitaof multi exec client|setname script|load publish subscribe unsubscribe pubsub|numsub'.split(
    ' ',
  ),
);

export const attack: Attack = {
  by: 'each user of `watchfire acl`',
  what: 'tries every command of Redis on keys of its own and of others',
  run: async () => {
    const server = await PrivateServer.start();
    const { redis } = server;
    try {
      for (const role of ROLES) await redis.acl('SETUSER', role, ...rulesOf(role, 'wf', { queues: ['mail'] }), 'on');
      const calls = await callsOf(redis);
      const counts: string[] = [];
      for (const role of ROLES) {
        const allowed = await allowedOf(redis, role, calls);
        judge(role, allowed);
        counts.push(`${role} ${new Set(allowed.map(({ command }) => nameOf(command))).size}`);
      }
      return `of ${new Set(calls.map(({ command }) => nameOf(command))).size} commands: ${counts.join(', ')}`;
    } finally {
      await server.remove();
    }
  },
};

function judge(role: Role, allowed: readonly Call[]): void {
  const on = (...keys: readonly string[]): string[] => [
    ...new Set(allowed.filter(({ key }) => keys.includes(key)).map(({ command }) => nameOf(command))),
  ];
  const beyond = on('').filter((name) => !HARMLESS.has(name));
  mustHold(`${role}: what needs no key harms nobody (${beyond})`, beyond.length === 0);
  const admin = allowed.filter(({ command: { flags } }) => flags.has('admin'));
  mustHold(
    `${role}: no command of administrators (${admin.map(({ command }) => nameOf(command))})`,
    admin.length === 0,
  );
  mustHold(`${role}: no key of others (${on(...FOREIGN)})`, on(...FOREIGN).length === 0);
  const writes = allowed.filter(({ command: { flags } }) => flags.has('write')).map(({ key }) => key);
  const reaches = new Set(allowed.map(({ key }) => key));
  if (role === 'producer') {
    mustHold(`appends and asks how full it is (${on(LOG)})`, on(LOG).sort().join() === 'xadd,xinfo|groups,xlen');
    mustHold(
      'reaches the log alone',
      [...reaches].every((key) => key === LOG || key === ''),
    );
  }
  if (role === 'viewer') mustHold(`writes nothing (${writes})`, writes.length === 0);
  if (role === 'consumer')
    mustHold(
      `reaches its queue alone (${[...reaches]})`,
      [...reaches].every((key) => key === OWN_QUEUE || key === ''),
    );
}

function nameOf({ name }: Command): string {
  return name.join('|');
}

/** For each command and key a command line that would touch that key, as Redis itself says. */
async function callsOf(redis: Redis): Promise<Call[]> {
  const tried = (await commandsOf(redis)).flatMap((command) => {
    if (!command.hasKeys) return [{ command, key: '', argv: filled(command, 0) }];
    return KEYS.flatMap((key) => linesOf(command, key).map((argv) => ({ command, key, argv })));
  });
  const unique = [
    ...new Map(tried.map((call) => [JSON.stringify([call.key, nameOf(call.command), call.argv]), call])).values(),
  ];
  const answers = await each(
    redis,
    unique.map(({ command, argv }) => ['COMMAND', 'GETKEYS', ...command.name, ...argv]),
  );
  return unique.filter(({ key }, i) => {
    const answer = answers[i];
    return Array.isArray(answer) ? answer.includes(key) : key === '';
  });
}

function linesOf(command: Command, key: string): string[][] {
  if (nameOf(command) === 'xread') return [['STREAMS', key, '0']];
  if (nameOf(command) === 'xreadgroup') return [['GROUP', 'g', 'c', 'STREAMS', key, '>']];
  return Array.from({ length: MORE * PLACES }, (_, i) => {
    const argv = filled(command, Math.floor(i / PLACES));
    return argv.length === 0 ? [] : argv.with((i % PLACES) % argv.length, key);
  });
}

function filled({ arity, name }: Command, more: number): string[] {
  return Array.from({ length: Math.max(0, Math.abs(arity) - name.length) + (arity < 0 ? more : 0) }, () => '1');
}

async function commandsOf(redis: Redis): Promise<Command[]> {
  type Info = [name: string, arity: number, flags: string[], ...unknown[]];
  const infos = (await redis.call('COMMAND')) as Info[];
  return infos.flatMap((info) => {
    const inner = (info[9] ?? []) as Info[];
    const read = ([name, arity, flags, ...more]: Info): Command => ({
      name: name.split('|'),
      arity,
      flags: new Set(flags),
      hasKeys: (more[5] as unknown[]).length > 0,
    });
    return inner.length > 0 ? inner.map(read) : [read(info)];
  });
}

async function allowedOf(redis: Redis, role: Role, calls: readonly Call[]): Promise<Call[]> {
  const answers = await each(
    redis,
    calls.map(({ command, argv }) => ['ACL', 'DRYRUN', role, ...command.name, ...argv]),
  );
  return calls.filter((_, i) => answers[i] === 'OK');
}

/** What Redis answers to each; errors as they are. */
async function each(redis: Redis, calls: readonly (readonly string[])[]): Promise<unknown[]> {
  const pipeline = redis.pipeline();
  for (const [command = '', ...argv] of calls) pipeline.call(command, ...argv);
  return ((await pipeline.exec()) ?? []).map(([error, answer]) => error ?? answer);
}
