import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { commandLine } from '../../support/usage.ts';
import { randomOf } from '../chaos/load.ts';
import { checks } from '../checks.ts';
import { buildPage } from '../console/browser.ts';
import { Dice } from '../fuzz/dice.ts';
import { findEach } from './found.ts';
import { NOTHING, TROUBLES, type Trouble } from './troubles.ts';

/*
 * A shop with an engine, a load and a console, in which one of ten things is wrong: for people who try whether the console alone shows what it is.
 */

const USAGE = `npm run proof -- trouble [--seed N]   stages one of ${TROUBLES.length} troubles, and prints where to look; Ctrl-C ends it
npm run proof -- trouble --reveal [ADDRESS]   says what was wrong at an address, or the last time
npm run proof -- trouble --each [NAME…] [--pictures FOLDER]   finds each of them in Chromium, from Overview on`;

/** What was staged on this machine, and where: a line of JSON each. Nobody who looks for a cause needs to read it. */
const CAUSES = path.join(tmpdir(), 'watchfire-troubles.ndjson');

type Cause = Readonly<{ address: string; name: string; seed: number; cause: string }>;

const { values, positionals } = commandLine(USAGE, () =>
  parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      reveal: { type: 'boolean', default: false },
      each: { type: 'boolean', default: false },
      pictures: { type: 'string' },
    },
  }),
);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));

if (values.reveal) reveal(positionals[0]);
else if (values.each)
  process.exitCode = await checks((check) => findEach(check, wanted(positionals), seed, values.pictures));
else await stageOne();
// Connections that were cut off on purpose go on to look for their server.
process.exit();

/** Stages one, and waits for Ctrl-C. */
async function stageOne(): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  buildPage();
  const dice = new Dice(randomOf(seed));
  const trouble = dice.pick(TROUBLES as [Trouble, ...Trouble[]]);
  const { shop, cause } = await trouble.stage(dice);
  try {
    const { address } = shop.console;
    appendFileSync(CAUSES, `${JSON.stringify({ address, name: trouble.name, seed, cause } satisfies Cause)}\n`, {
      mode: 0o600,
    });
    process.stdout.write(`${address}\n`);
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  } finally {
    await shop.stop();
  }
}

function reveal(address: string | undefined): void {
  const lines = existsSync(CAUSES)
    ? readFileSync(CAUSES, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
  const found = lines
    .map((line) => JSON.parse(line) as Cause)
    .findLast((one) => address === undefined || one.address.startsWith(address.replace(/\/?$/, '/')));
  if (found === undefined) {
    process.stderr.write(`nothing was staged${address === undefined ? '' : ` at ${address}`}\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${found.name} (--seed ${found.seed}): ${found.cause}\n`);
}

/** @throws TypeError for a name that none has */
function wanted(names: readonly string[]): readonly Trouble[] {
  const all = [...TROUBLES, NOTHING];
  return names.length === 0
    ? all
    : names.map((name) => {
        const found = all.find((one) => one.name === name);
        if (found === undefined)
          throw new TypeError(`there is no trouble ${name}: ${all.map((one) => one.name).join(', ')}`);
        return found;
      });
}
