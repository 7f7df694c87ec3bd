import { CONSOLE_TOOLS } from '../../../../src/cli/console-tools.ts';
import { Drafts } from '../../../../src/console/drafts.ts';
import { eventually } from '../../../support/eventually.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Characters of a text: as many as the console takes. */
const SIZE = 100_000;

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
  'many documents that say nothing': repeated('---\na\n'),
  'many automations that say nothing': `[${repeated('{},')}]`,
  'many automations that are right': counted((i) => `- { name: n${i}, trigger: { expect: [a] } }`),
  'many pairs without a key': repeated(':\n'),
  'many anchors': counted((i) => `- &a${i} x`),
  'aliases of aliases': `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
};

/** Time of the processor that one text may take of the thread that answers all others: the attack took six seconds. */
const BOUND_MS = 1_000;

export const attack: Attack = {
  by: 'another local user',
  what: 'has the console check texts of automations that take seconds to read, while others, and an engine beside it, wait',
  run: async () => {
    const drafts = new Drafts(CONSOLE_TOOLS.draftThread);
    const { signal } = new AbortController();
    let [slowest, ended] = [{ ms: 0, what: '' }, 0];
    try {
      for (const [what, text] of Object.entries(TEXTS)) {
        const started = process.threadCpuUsage();
        const isEnded = await drafts.read(text, [], signal).then(
          ({ problems }) => {
            mustHold(`${what} is said to be wrong`, problems.length > 0 || what.endsWith('right'));
            return false;
          },
          ({ message }: Error) =>
            /^text: cannot be read within 2 s/.test(message) || Promise.reject(new Error(message)),
        );
        if (isEnded) ended += 1;
        const { user, system } = process.threadCpuUsage(started);
        const ms = Math.round((user + system) / 1_000);
        if (ms > slowest.ms) slowest = { ms, what };
      }
      // On a busy machine even a short text may take longer than any may.
      await eventually('after them a text is read', async () => {
        return (await drafts.read('name: x', [], signal)).problems.length > 0;
      });
    } finally {
      await drafts.close();
    }
    mustHold(`none holds others up (${slowest.what}: ${slowest.ms} ms of the processor)`, slowest.ms < BOUND_MS);
    const texts = `${Object.keys(TEXTS).length} texts were answered, ${ended} of them by ending what read them`;
    return `${texts}; the one that held others up longest, for ${slowest.ms} ms: ${slowest.what}`;
  },
};
