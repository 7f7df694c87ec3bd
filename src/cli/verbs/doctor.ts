import { type Check, type Grade, unreachable } from '../../doctor/check.ts';
import type { Watchfire } from '../../engine.ts';
import { RedisUnreachable } from '../../errors.ts';
import { withWatchfire } from '../connect.ts';
import { durabilityOptions, durabilitySettings } from '../settings.ts';
import { DONE, FAILED, type Io, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { boundOf, wideOption, wrapped } from '../view/table.ts';

/** As wide as the longest name of a check. */
const NAME_WIDTH = 12;

const MARKS: Readonly<Record<Grade, string>> = { ok: 'ok     ', warning: 'warning', bad: 'BAD    ' };

export const verb: Verb = {
  configure(command) {
    durabilityOptions(command);
    command.option('--acknowledge', 'say that you know of what others did to keys: reports leave it out', false);
    wideOption(outputOption(command)).addHelpText(
      'after',
      '\nLooks at Redis and the engine in it, changes nothing without --acknowledge, and says what to do about what is not as it should be.\n' +
        'Give it the URL and the --durability that workers and producers are given.\n' +
        '\nExit status 0: nothing is bad. 1: something is, or Redis does not answer.\n' +
        '\nExample:\n  watchfire doctor --durability fsync',
    );
  },

  async run(_, options, io) {
    const checks = await checksOf(options, io);
    const healthy = checks.every(({ grade }) => grade !== 'bad');
    if (asJson(options)) printJson(io, { healthy, checks });
    else for (const line of linesOf(checks, boundOf(io, options))) io.out(line);
    return healthy ? DONE : FAILED;
  },
};

async function checksOf(options: Readonly<Record<string, unknown>>, io: Io): Promise<Check[]> {
  try {
    const look = async (watchfire: Watchfire): Promise<Check[]> => {
      if (options.acknowledge === true) await watchfire.acknowledge();
      return await watchfire.diagnose();
    };
    return await withWatchfire(options, io, look, {
      settings: durabilitySettings(options),
    });
  } catch (error) {
    if (error instanceof RedisUnreachable) return unreachable(error.message);
    throw error;
  }
}

function linesOf(checks: readonly Check[], bound: number | null): string[] {
  const lines = checks.flatMap(({ name, grade, found, advice }) => {
    const told = textBeside(`${MARKS[grade]}  ${plain(name).padEnd(NAME_WIDTH)}  `, found, bound);
    return advice === '' ? told : [...told, ...textBeside(`${' '.repeat(NAME_WIDTH + 11)}> `, advice, bound)];
  });
  const count = (grade: Grade): number => checks.filter((check) => check.grade === grade).length;
  return [...lines, '', `${count('ok')} ok, ${count('warning')} to look at, ${count('bad')} bad`];
}

/** A text behind what stands before it, broken into lines that begin below its first one. */
function textBeside(before: string, text: string, bound: number | null): string[] {
  const [first = '', ...more] = wrapped(plain(text), bound === null ? null : bound - before.length);
  return [before + first, ...more.map((line) => ' '.repeat(before.length) + line)];
}
