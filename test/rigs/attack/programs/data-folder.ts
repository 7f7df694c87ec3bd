import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { obtainRedisServer, startRedisServer } from '../../../../src/embedded/server.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Another user, whoever that is. */
const OTHER_UID = 65_534;

type Trap = Readonly<{ name: string; lay: (dir: string, victim: string) => Promise<void>; refused: boolean }>;

const LINKS = ['port', 'password', 'appendonlydir', 'redis.conf'].map(
  (name): Trap => ({
    name: `a link named ${name}`,
    lay: (dir, victim) => symlink(victim, path.join(dir, name)),
    refused: true,
  }),
);

const TRAPS: readonly Trap[] = [
  ...LINKS,
  {
    name: 'a program where the server was linked',
    lay: async (dir, victim) => {
      const program = `#!/bin/sh\necho ran > '${victim}'\n`;
      for (const name of ['redis-server', 'redis-cli', 'sh'])
        await writeFile(path.join(dir, name), program, { mode: 0o755 });
    },
    refused: false,
  },
  { name: 'a folder that everybody may read', lay: (dir) => chmod(dir, 0o755), refused: false },
];

/** What only root can lay: things of somebody else. */
const FOREIGN: readonly Trap[] = [
  { name: 'a folder of another user', lay: (dir) => chown(dir, OTHER_UID, OTHER_UID), refused: true },
  {
    name: 'a file of another user',
    lay: async (dir) => {
      await writeFile(path.join(dir, 'password'), 'known');
      await chown(path.join(dir, 'password'), OTHER_UID, OTHER_UID);
    },
    refused: true,
  },
  {
    name: 'a folder in that of another user',
    lay: (dir) => chown(path.dirname(dir), OTHER_UID, OTHER_UID),
    refused: true,
  },
];

export const attack: Attack = {
  by: 'another local user',
  what: 'lays programs and links into the folder that somebody gives by --dir',
  run: async () => {
    const program = await obtainRedisServer(() => undefined);
    const traps = process.getuid?.() === 0 ? [...TRAPS, ...FOREIGN] : TRAPS;
    for (const { name, lay, refused } of traps) {
      const base = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
      const dir = path.join(base, 'data');
      const victim = path.join(base, 'victim');
      try {
        await mkdir(dir);
        await writeFile(victim, 'precious');
        await lay(dir, victim);
        const said = await startRedisServer({ port: 0, dir, program }).then(
          async (server) => {
            mustHold(`${name}: the folder is ours alone`, ((await stat(dir)).mode & 0o077) === 0);
            await server.stop();
            return 'started';
          },
          (error: Error & { code?: string }) => String(error.code),
        );
        mustHold(
          `${name}: ${refused ? 'refused' : 'started'} (${said})`,
          said === (refused ? 'UNSAFE_FOLDER' : 'started'),
        );
        mustHold(`${name}: its target is untouched`, (await readFile(victim, 'utf8')) === 'precious');
        mustHold(`${name}: its target is a file still`, (await lstat(victim)).isFile());
      } finally {
        await rm(base, { recursive: true, force: true });
      }
    }
    return `${traps.map(({ name }) => name).join(', ')}: refused, or without effect`;
  },
};
