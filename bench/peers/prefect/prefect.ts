import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeLoad } from '../load.ts';
import { measureOutside } from '../outside.ts';
import type { Ready, System } from '../system.ts';
import { built, versionOf } from '../tools.ts';

export const prefect: System = {
  name: 'Prefect, SQLite',
  keeps: 'the count after every event',
  needs: ['Python'],
  bounds: { rate: 250 },
  short: { warm: 250, events: 1_000 },
  whole: { warm: 500, events: 2_500 },
  prepare,
};

/** The triggers service of Prefect's server, in an environment made for it. */
async function prepare(): Promise<Ready> {
  const wanted = path.join(import.meta.dirname, 'requirements.txt');
  const folder = await built('prefect', [wanted], (target) => [
    ['python3', '-m', 'venv', target],
    [path.join(target, 'bin', 'pip'), 'install', '--quiet', '-r', wanted],
  ]);
  const version = /==(\S+)/.exec(await readFile(wanted, 'utf8'))?.[1] ?? 'unknown';
  const script = path.join(import.meta.dirname, 'triggers.py');
  return {
    version: `${version}, Python ${await versionOf('Python')}`,
    run: async (load, home) => {
      await writeLoad(home, load, 1);
      const env = {
        PREFECT_HOME: home,
        PREFECT_API_DATABASE_CONNECTION_URL: `sqlite+aiosqlite:///${path.join(home, 'prefect.db')}`,
        PREFECT_LOGGING_LEVEL: 'ERROR',
        PREFECT_LOGGING_SERVER_LEVEL: 'ERROR',
      };
      const parameters = ['-B', script, path.join(home, '0'), String(load.size.warm)];
      return await measureOutside({ program: path.join(folder, 'bin', 'python'), parameters, env }, load.size);
    },
  };
}
