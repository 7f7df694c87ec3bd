import { type Check, type Grade, unreachable } from '../../doctor/check.ts';
import { RedisUnreachable } from '../../errors.ts';
import { withWatchfire } from '../connect.ts';
import { durabilityOptions, durabilitySettings } from '../settings.ts';
import { DONE, FAILED, type Io, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';

/** As wide as the longest name of a check. */
const NAME_WIDTH = 12;

const MARKS: Readonly<Record<Grade, string>> = { ok: 'ok     ', warning: 'warning', bad: 'BAD    ' };

export const verb: Verb = {
  configure(command) {
    durabilityOptions(command);
    outputOption(command).addHelpText(
      'after',
      '\nLooks at Redis and the engine in it, changes nothing, and says what to do about what is not as it should be.\n' +
        'Give it the URL and the --durability that workers and producers are given.\n' +
        '\nExit status 0: nothing is bad. 1: something is, or Redis does not answer.\n' +
        '\nExample:\n  watchfire doctor --durability fsync',
    );
  },

  async run(_, options, io) {
    const checks = await checksOf(options, io);
    const healthy = checks.every(({ grade }) => grade !== 'bad');
    if (asJson(options)) printJson(io, { healthy, checks });
    else for (const line of linesOf(checks)) io.out(plain(line));
    return healthy ? DONE : FAILED;
  },
};

async function checksOf(options: Readonly<Record<string, unknown>>, io: Io): Promise<Check[]> {
  try {
    return await withWatchfire(options, io, (watchfire) => watchfire.diagnose(), {
      settings: durabilitySettings(options),
    });
  } catch (error) {
    if (error instanceof RedisUnreachable) return unreachable(error.message);
    throw error;
  }
}

function linesOf(checks: readonly Check[]): string[] {
  const lines = checks.flatMap(({ name, grade, found, advice }) => {
    const line = `${MARKS[grade]}  ${name.padEnd(NAME_WIDTH)}  ${found}`;
    return advice === '' ? [line] : [line, `${' '.repeat(NAME_WIDTH + 11)}> ${advice}`];
  });
  const count = (grade: Grade): number => checks.filter((check) => check.grade === grade).length;
  return [...lines, '', `${count('ok')} ok, ${count('warning')} to look at, ${count('bad')} bad`];
}
