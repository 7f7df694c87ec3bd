import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { findRedisServer, thisMachine } from '../../embedded/find-server.ts';
import { startRedisServer } from '../../embedded/server.ts';
import { parseExact } from '../../model/exact.ts';
import type { PartitionLayout } from '../../model/partition.ts';
import type { Target } from '../../session.ts';
import { documentsOf, parseScenario, type ScenarioAnswer } from '../../simulation/scenario.ts';
import { Scratch } from '../../simulation/scratch.ts';
import { targetOf } from '../connect.ts';
import { installOption, serverProgram } from '../embedded.ts';
import type { Line } from '../lines.ts';
import { layoutOption, partitionsOptions } from '../partitions.ts';
import { scenarioLinesOf } from '../scenario-lines.ts';
import { byDefault, wholeSetting } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { jsonText, plain, sentenceOf } from '../view/output.ts';

/** Scenarios under way at a time: while Redis works on one, the next ones are prepared; more gain nothing (measured). */
const IN_FLIGHT = 16;

/** Namespaces removed together: removing looks at every key of the server, so it must not be done for each. */
const BATCH = 100;

/** Longest line: a scenario of tens of thousands of steps. */
const LINE_LIMIT_BYTES = 64 * 1_024 * 1_024;

type Options = Readonly<Record<string, unknown>>;
/** Where scenarios run, and in which partitions. */
type Runner = Readonly<{ scratch: Scratch; layout: PartitionLayout | undefined }>;

/** `several`: the scenario puts more than one automation. */
type Done = { answer: ScenarioAnswer; several: boolean };
type Outcome = Done | { error: unknown };

/** What was read: lines that are no scenario, and the scenarios with an automation in error. */
type Count = { lines: number; bad: number; invalid: number };

export const verb: Verb = {
  configure(command) {
    partitionsOptions(installOption(command))
      .argument('<file>', 'scenarios, one JSON object in each line, or a single one over several; - is standard input')
      .option('--chunk-size <entries>', `most entries applied by one script call ${byDefault('chunkSize')}`)
      .option('--strict', 'end with 1 when an automation of any scenario is in error', false)
      .addHelpText(
        'after',
        '\nRuns each scenario on the real engine in virtual time and prints one line of JSON for it, in their order:\n' +
          '{"name","firings"}, or {"name","invalid"} when an automation is in error; which of several it is stands on stderr. Uses\n' +
          'the server of --redis, and removes what it put there; without --redis a private one that keeps nothing.\n' +
          'With --partitions the events come through the front log of so many partitions.\n' +
          '\nExit status 0: every line was answered. 1: a line is no scenario; or an automation is in error, with --strict or\n' +
          'when the file holds a single scenario.\n' +
          '\nExample:\n  watchfire simulate scenarios.ndjson',
      );
  },

  async run([file = ''], options, io) {
    const { chunkSize } = targetOf(options, io, wholeSetting('chunkSize', options)).settings;
    const layout = layoutOption(options);
    const source = await opened(file, io);
    const server = await serverFor(options, io);
    try {
      const scratch = await Scratch.open({ ...server, chunkSize }, io.signal);
      try {
        const { lines, bad, invalid } = await answerAll({ scratch, layout }, source, file, io);
        const strict = options.strict === true || lines === 1;
        return bad > 0 || (strict && invalid > 0) || io.signal.aborted ? FAILED : DONE;
      } finally {
        await scratch.close();
      }
    } finally {
      await server.stop();
    }
  },
};

async function opened(file: string, io: Io): Promise<AsyncIterable<Uint8Array | string>> {
  if (file === '-') return addAbortSignal(io.signal, io.stdin as Readable);
  const handle = await open(file).catch((error: Error) => {
    throw new Misuse(`simulate: ${error.message}`);
  });
  const source = addAbortSignal(io.signal, handle.createReadStream());
  // Without a server nobody reads it; what goes wrong before, the reader meets again.
  source.on('error', () => undefined);
  return source;
}

/** The server of --redis, else a private one; REDIS_URL, which may name one that is in real use, only where none can run. */
async function serverFor(
  options: Options,
  io: Io,
): Promise<Pick<Target, 'url' | 'tls'> & { stop: () => Promise<void> }> {
  const given = { ...targetOf(options, io), stop: async () => undefined };
  if (options.redis !== undefined) return given;
  const found = await findRedisServer(thisMachine());
  if (!found && io.env.REDIS_URL) return given;
  const program = found ?? (await serverProgram(options, io));
  return await startRedisServer({ port: 0, dir: null, program });
}

/** Prints each answer as soon as those before it are printed. */
async function answerAll(
  { scratch, layout }: Runner,
  source: AsyncIterable<Uint8Array | string>,
  file: string,
  io: Io,
): Promise<Count> {
  const count: Count = { lines: 0, bad: 0, invalid: 0 };
  let finished = 0;
  const print = async (number: number, outcome: Outcome): Promise<void> => {
    const at = `${file === '-' ? 'stdin' : file}:${number}`;
    if ('answer' in outcome) {
      if ('invalid' in outcome.answer) count.invalid += 1;
      printAnswer(outcome, at, io);
    } else if (!io.signal.aborted) {
      count.bad += 1;
      io.err(`watchfire: ${at}: ${sentenceOf(outcome.error)}`);
    }
    finished += 1;
    // All of the earlier ones are done too, since they end in their order.
    if (finished % BATCH === 0) await scratch.remove(`${finished / BATCH - 1}-`);
    await io.drained();
  };
  const begin = (line: Line, before: Promise<void>): Promise<void> => {
    const outcome = settled(answer({ scratch, layout }, `${Math.floor(count.lines / BATCH)}-${count.lines}`, line));
    count.lines += 1;
    const printed = before.then(async () => print(line.number, await outcome));
    // The error belongs to the code that waits for it; before that, it must not count as unhandled.
    printed.catch(() => undefined);
    return printed;
  };
  const underWay = [Promise.resolve()];
  try {
    for await (const lines of scenarioLinesOf(source, LINE_LIMIT_BYTES)) {
      for (const line of lines) {
        if (line.bytes !== null && line.bytes.toString().trim() === '') continue;
        if (underWay.length > IN_FLIGHT) await underWay.shift();
        io.signal.throwIfAborted();
        underWay.push(begin(line, underWay.at(-1) ?? Promise.resolve()));
      }
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await underWay.at(-1);
  }
  return count;
}

/** The answer has the form of recorded scenarios. Which of several automations is in error stands on stderr. */
function printAnswer({ answer, several }: Done, at: string, io: Io): void {
  if ('invalid' in answer) {
    const { name, invalid, place } = answer;
    if (several) io.err(plain(`watchfire: ${at}: ${place}: ${invalid}`));
    io.out(jsonText({ name, invalid }));
  } else io.out(jsonText(answer));
}

async function answer({ scratch, layout }: Runner, name: string, { bytes }: Line): Promise<Done> {
  if (bytes === null) throw new Error(`the line is longer than ${LINE_LIMIT_BYTES} bytes`);
  const scenario = parseScenario(parseExact(bytes.toString(), 'line'));
  return { answer: await scratch.simulate(name, scenario, layout), several: documentsOf(scenario).length > 1 };
}

/** A rejection that is handled later must not count as unhandled. */
async function settled(work: Promise<Done>): Promise<Outcome> {
  try {
    return await work;
  } catch (error) {
    return { error };
  }
}
