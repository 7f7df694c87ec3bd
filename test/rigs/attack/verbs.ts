import { Readable } from 'node:stream';
import { main } from '../../../src/cli/program.ts';
import type { Io } from '../../../src/cli/verb.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';

/** What a command line printed, and how it ended: 0, 1 or 2. `error`: the whole of what went wrong, with where, '' for nothing. */
export type Said = Readonly<{ status: number; out: string; error: string }>;

/** Runs a command line inside this process, as on a terminal that is 100 cells wide, and has it end after a while. */
export async function verb(url: string, argv: readonly string[], patienceMs = PATIENCE_MS): Promise<Said> {
  const [out, err]: string[][] = [[], []];
  const io: Io = {
    out: (line) => void out?.push(line),
    err: (line) => void err?.push(line),
    drained: async () => undefined,
    color: false,
    interactive: true,
    columns: 100,
    ask: null,
    stdin: Readable.from([]),
    screen: null,
    env: { REDIS_URL: url, WATCHFIRE_DEBUG: '1' },
    signal: AbortSignal.timeout(patienceMs),
  };
  const status = await main(argv, io);
  return { status, out: out?.join('\n') ?? '', error: err?.join('\n') ?? '' };
}

/** Characters that a terminal obeys in place of showing them, but for new line and tab. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u200b\u200c\u2060-\u206f\ufeff]/u;

/** What is wrong with what a command line said, '' where nothing is. */
export function wrongWith({ status, out, error }: Said): string {
  const shown = (out + error).replace(/[\n\t]/g, ' ');
  const at = shown.search(OBEYED);
  if (at >= 0)
    return `a terminal would obey what it shows: ${JSON.stringify(shown.slice(Math.max(0, at - 60), at + 20))}`;
  if (![0, 1, 2].includes(status)) return `it ended with ${status}`;
  return /^(?:[A-Z][a-z]+)?Error\b/m.test(error) ? error.slice(0, 900) : '';
}
