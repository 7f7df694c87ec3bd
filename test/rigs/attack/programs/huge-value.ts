import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../../support/eventually.ts';
import { type Attack, mustHold } from '../attack.ts';
import { logScene } from '../log-scene.ts';

const WORKER = fileURLToPath(new URL('../../worker-program.ts', import.meta.url));

/** The largest value that Redis takes by default. */
const HUGE_BYTES = 536_870_900;
/** Bytes that are six characters each in JSON. */
const NULS = 60_000_000;
/** What a worker may grow by: pieces that came over the socket and are not collected yet. */
const GROWTH_BYTES = 150e6;
/** Calls below it handle nothing large. */
const SLOW_US = 50_000;

export const attack: Attack = {
  by: 'producer',
  what: 'sends values that no client can hold and no dead letter can show, to stop the log and to hold up Redis',
  run: () =>
    logScene(
      [],
      async (scene) => {
        const { redis, watchfire } = scene;
        await redis.config('SET', 'slowlog-log-slower-than', String(SLOW_US));
        const worker = spawn(process.execPath, [WORKER, `redis://127.0.0.1:${redis.options.port}`, 'wf'], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        try {
          const sizes: number[] = [];
          createInterface(worker.stdout).on('line', (line) => sizes.push(JSON.parse(line).rss));
          await scene.probe();
          await redis.slowlog('RESET');
          for (const value of [Buffer.alloc(NULS), Buffer.alloc(HUGE_BYTES, 'x')]) {
            await scene.add(['data', value]);
            await scene.probe();
          }
          const grown = Math.max(...sizes) - (sizes[0] ?? 0);
          const growth = `${Math.round(grown / 1e6)} MB`;
          mustHold(`the worker grew by less than ${GROWTH_BYTES / 1e6} MB (${growth})`, grown < GROWTH_BYTES);
          const letters = await eventually('both have come whole', async () => {
            const all = await watchfire.deadLetters();
            return all.every(({ sha1 }) => sha1 !== '') ? all : null;
          });
          const told = letters.map(({ bytes }) => bytes).join();
          mustHold(`two dead letters say the sizes (${told})`, told === `${NULS + 4},${HUGE_BYTES + 4}`);
          const stored = Number(await redis.memory('USAGE', '{wf}:dead'));
          mustHold(`both are small (${stored} bytes)`, stored < 64_000);
          const lost = (await watchfire.status()).lost;
          mustHold(`nothing counts as lost (${lost})`, lost === 0);
          const slow = (await redis.slowlog('GET', 128)) as [number, number, number, string[]][];
          const reads = slow.filter(([, , , [name = '']]) => /^(xread|xrange|xrevrange|xinfo)/i.test(name));
          return `honest events fired behind both; Redis read large values ${reads.length} times, the worker grew by ${growth}`;
        } finally {
          worker.kill('SIGTERM');
          await once(worker, 'exit');
        }
      },
      { worker: false },
    ),
};
