import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { obtainRedisServer, startRedisServer } from '../../../../src/embedded/server.ts';
import { type Attack, mustHold } from '../attack.ts';

/** What another user of the machine tries, who reaches the port and has no password. */
const WITHOUT_PASSWORD: readonly (readonly string[])[] = [
  ['XREVRANGE', '{wf}:firings', '+', '-'],
  ['LPUSH', '{wf}:bull:support:wait', 'forged'],
  ['CONFIG', 'GET', 'dir'],
  ['CONFIG', 'SET', 'bind', '0.0.0.0'],
  ['FLUSHALL'],
  ['CLIENT', 'LIST'],
];

/** What even its owner's programs cannot do: they would open the server, write elsewhere, load code or lock the owner out. */
const WITH_PASSWORD: readonly (readonly string[])[] = [
  ['CONFIG', 'SET', 'bind', '0.0.0.0'],
  ['CONFIG', 'SET', 'dir', '..'],
  ['CONFIG', 'SET', 'requirepass', 'mine'],
  ['CONFIG', 'REWRITE'],
  ['ACL', 'SETUSER', 'default', 'resetpass', '>mine'],
  ['MODULE', 'LOAD', 'x.so'],
  ['REPLICAOF', '192.0.2.1', '6379'],
  ['DEBUG', 'SLEEP', '10'],
  ['MONITOR'],
  ['SHUTDOWN', 'NOSAVE'],
];

export const attack: Attack = {
  by: 'another local user',
  what: 'reads, forges and takes over by the port and by the files of the private Redis',
  run: async () => {
    const dir = path.join(await mkdtemp(path.join(tmpdir(), 'watchfire-attack-')), 'data');
    const server = await startRedisServer({ port: 0, dir, program: await obtainRedisServer(() => undefined) });
    const stranger = new Redis(server.port, '127.0.0.1', { lazyConnect: true, enableReadyCheck: false });
    stranger.on('error', () => undefined);
    const owner = new Redis(server.url);
    try {
      await owner.xadd('{wf}:events', '*', 'event', 'x');
      for (const call of WITHOUT_PASSWORD) await mustRefuse(stranger, call, /^NOAUTH/);
      for (const call of WITH_PASSWORD) await mustRefuse(owner, call, /^NOPERM|^ERR [A-Z]+ command not allowed/);
      const { password } = new URL(server.url);
      mustHold('a password that nobody guesses', password.length >= 43);
      for (const file of ['', ...(await readdir(dir, { recursive: true }))]) {
        const { mode } = await stat(path.join(dir, file));
        mustHold(`${file} is ours alone (${(mode & 0o777).toString(8)})`, (mode & 0o077) === 0);
      }
      return `${WITHOUT_PASSWORD.length} calls of a stranger and ${WITH_PASSWORD.length} of a client were refused, no file is open to others`;
    } finally {
      stranger.disconnect();
      owner.disconnect();
      await server.stop();
      await rm(path.dirname(dir), { recursive: true, force: true });
    }
  },
};

async function mustRefuse(redis: Redis, [command = '', ...rest]: readonly string[], words: RegExp): Promise<void> {
  const said = await redis.call(command, ...rest).then(String, (error: Error) => error.message);
  mustHold(`${command} ${rest.join(' ')} refused (${said})`, words.test(said));
}
