import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PATIENCE_MS } from '../../../support/eventually.ts';
import { type Attack, mustHold } from '../attack.ts';
import { command } from '../command.ts';

const laughs = Array.from({ length: 9 }, (_, i) => `x-${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n');
const one = (automation: string, steps: string): string =>
  `automations: [${automation}]\ntests:\n  - name: a\n    steps: [${steps}]\n`;
const automation = '{ id: a, name: A, trigger: { expect: [x] } }';
const waiting = '{ id: a, name: A, trigger: { posture: Proactive, after: [x], expect: [y], within: 1000d } }';
const event = '{ event: x, resource: { id: r } }';

/** Files, the exit status that each has to come to, and what is said of it. */
const FILES: readonly [name: string, text: string, status: number, said: RegExp][] = [
  ['expands without end', `x-0: &a0 [y]\n${laughs}\nautomations: []\ntests: []\n`, 2, /Excessive alias count/],
  ['is nested without end', `automations: ${'['.repeat(100_000)}`, 2, /nested too deep/],
  ['reads a device without end', one('/dev/zero', '{}'), 2, /cannot read \/dev\/zero: it is no file/],
  ['lies behind the last year', one(automation, '{ at: 365001d }'), 2, /must not be longer than 365000 days/],
  [
    'expects more than anybody compares',
    one(automation, `{ send: ${event}, expect: [${'{ automation: a },'.repeat(1_001)}] }`),
    2,
    /must have at most 1000 entries/,
  ],
  [
    'has alike firings and expectations, each of which could be any other',
    one(automation, `{ send: [${`${event},`.repeat(500)}], expect: [${'{ automation: a },'.repeat(501)}] }`),
    1,
    /got {9}nothing/,
  ],
  ['waits to the last year', one(waiting, `{ send: ${event} }, { at: 365000d, allow_other: true }`), 0, /1 passed/],
  ['commands the terminal', one('"\\e[2J\\u202e"', '{}'), 2, /\\u001b\[2J\\u202e/],
];

export const attack: Attack = {
  by: 'writer of files of tests',
  what: 'has `watchfire test` never end, fill its memory or command a terminal',
  run: async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
    try {
      for (const [i, [what, text, wanted, said]] of FILES.entries()) {
        const file = path.join(dir, `${i}.yaml`);
        await writeFile(file, text);
        const running = command(['test', file]);
        const bound = setTimeout(() => void running.stop(), 3 * PATIENCE_MS);
        const status = await running.status;
        clearTimeout(bound);
        const printed = running.printed();
        mustHold(`one that ${what} ends with ${wanted} (${status}: ${printed.slice(0, 200)})`, status === wanted);
        mustHold(`what is wrong with one that ${what} is said (${printed.slice(0, 200)})`, said.test(printed));
        mustHold(`one that ${what} commands nothing`, !printed.includes('\u001b') && !printed.includes('\u202e'));
      }
      return `${FILES.length} files came to an end`;
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};
