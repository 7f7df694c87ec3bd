#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import type { Io } from './verb.ts';

/** Time a verb has to end after SIGINT or SIGTERM; what takes longer is given up. */
const STOP_BOUND_MS = 5_000;

/** npm passes a Ctrl-C on that the terminal has sent to us already: two signals so close to each other are one. */
const SAME_SIGNAL_MS = 500;

// Everybody on the machine sees the arguments of a program while it runs: those that hold a password give way to its name.
if (process.argv.some((text) => /\brediss?:\/\/[^/]*:[^/]*@/.test(text))) process.title = 'watchfire';

const { stdin, stdout, stderr, env } = process;

/** What a terminal is wide that does not say it. */
const USUAL_COLUMNS = 80;

/** Aborted by the first SIGINT or SIGTERM; the second one, and the bound, end the process whatever it does. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstMs >= SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    firstMs = performance.now();
    controller.abort();
    setTimeout(() => process.exit(1), STOP_BOUND_MS).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return controller.signal;
}

/** Asks on stderr, so that the answer of the verb alone is on stdout. Ctrl-C and Ctrl-D are a no. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: stdin, output: stderr });
  const closed = new Promise<null>((resolve) =>
    lines.once('close', () => resolve(null)).once('SIGINT', () => lines.close()),
  );
  const asked = lines.question(`${question} [y/N] `, { signal }).catch(() => null);
  const answer = await Promise.race([asked, closed]);
  lines.close();
  // What comes next must not stand behind the question.
  if (answer === null) stderr.write('\n');
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}

function processIo(): Io {
  const signal = stopSignal();
  const colors = stdout.isTTY ? stdout.hasColors() && !env.NO_COLOR : Boolean(env.FORCE_COLOR);
  return Object.freeze({
    out: (line: string) => void stdout.write(`${line}\n`),
    err: (line: string) => void stderr.write(`${line}\n`),
    drained: async () => {
      if (stdout.writableNeedDrain) await new Promise((resolve) => stdout.once('drain', resolve));
    },
    color: colors,
    interactive: stdout.isTTY === true,
    columns: stdout.isTTY ? stdout.columns || USUAL_COLUMNS : null,
    ask: stdin.isTTY && stderr.isTTY ? (question: string) => ask(question, signal) : null,
    stdin,
    screen: stderr.isTTY ? stderr : null,
    env,
    signal,
  });
}

// A reader of our output, like `head`, may stop early: then nothing is left to do, and nothing is wrong.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// Node would print the whole error, which can hold the arguments of a command.
process.on('uncaughtException', (error: unknown) => {
  stderr.write(`watchfire: unexpected: ${error instanceof Error ? error.message : String(error)}\n`);
  if (env.WATCHFIRE_DEBUG && error instanceof Error) stderr.write(`${error.stack}\n`);
  process.exit(1);
});

// Loading is most of what a short verb does; compiled code is kept between two runs.
enableCompileCache();
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2), processIo());
