import { parseArgs } from 'node:util';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { campaign, type Range } from './campaign.ts';

/**
 * Compares engine and model in random scenarios: `npm run proof -- compare --runs 100000 --seed 1 --from 0`. Each line says how far it has
 * come, so that a run that was cut off goes on with `--from`. Ends with 1 at the first difference.
 */
const DEFAULT_RUNS = 10_000;

function options(): Required<Range> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { runs: option, seed: option, from: option } });
  const [runs, seed, from] = [
    values.runs ?? DEFAULT_RUNS,
    values.seed ?? Date.now() % 1_000_000_000,
    values.from ?? 0,
  ].map(Number);
  if (!(runs && runs > 0 && Number.isInteger(runs) && Number.isInteger(seed) && Number.isInteger(from)))
    throw new TypeError('--runs, --seed and --from must be whole numbers, --runs above 0');
  return { runs, seed: Number(seed), from: Number(from) };
}

async function main(): Promise<number> {
  const usage = usageOf('npm run proof -- compare', { runs: DEFAULT_RUNS, seed: 'random', from: 0 });
  const range = commandLine(usage, options);
  const { seed, from, runs } = range;
  const server = await PrivateServer.start();
  try {
    await campaign(server.redis, 'proof', range, ({ scenarios, steps, looks, firings, seconds }) => {
      const done = `${scenarios} of ${runs} scenarios, ${steps} steps, compared ${looks} times, ${firings} firings`;
      process.stdout.write(`seed ${seed} up to ${from + scenarios}: ${done}, ${seconds} s: no difference\n`);
    });
    return 0;
  } catch (error) {
    process.stdout.write(`${(error as Error).message}\n`);
    return 1;
  } finally {
    await server.remove();
  }
}

process.exitCode = await main();
