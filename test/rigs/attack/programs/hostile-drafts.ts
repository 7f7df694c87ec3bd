import { CONSOLE_TOOLS } from '../../../../src/cli/console-tools.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Characters of a text: less than the console takes, so that the attack ends where it succeeds. */
const SIZE = 50_000;

const repeated = (text: string): string => text.repeat(Math.ceil(SIZE / text.length));
const counted = (text: (i: number) => string): string =>
  Array.from({ length: SIZE / 10 }, (_, i) => text(i)).join('\n');

const TEXTS: Readonly<Record<string, string>> = {
  'an alias in each of many automations': `- &a x\n${repeated('- *a\n')}`,
  'a map with many keys': counted((i) => `k${i}: 1`),
  'many merges': `a: &a { x: 1 }\nb:\n${repeated('  <<: *a\n')}`,
  'lists in lists': repeated('['),
  'maps in maps': repeated('{a: '),
  'lines in lines': repeated('- '),
  'many errors': repeated('}'),
  'many documents': repeated('--- {}\n'),
  'many anchors': counted((i) => `- &a${i} x`),
  'aliases of aliases': `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
};

/** Time of the processor for one text: a second or two on an idle machine; the attack took minutes. */
const BOUND_MS = 15_000;

export const attack: Attack = {
  by: 'another local user',
  what: 'has the console check texts of automations that take minutes to read, while the engine beside it waits',
  run: async () => {
    let slowest = { ms: 0, what: '' };
    for (const [what, text] of Object.entries(TEXTS)) {
      const started = process.cpuUsage();
      const { problems } = CONSOLE_TOOLS.draft(text, []);
      const { user, system } = process.cpuUsage(started);
      const ms = Math.round((user + system) / 1_000);
      mustHold(`${what} is said to be wrong`, problems.length > 0);
      if (ms > slowest.ms) slowest = { ms, what };
    }
    mustHold(`each is read within ${BOUND_MS} ms (${slowest.what}: ${slowest.ms} ms)`, slowest.ms < BOUND_MS);
    return await Promise.resolve(`${Object.keys(TEXTS).length} texts were refused, the slowest after ${slowest.ms} ms`);
  },
};
