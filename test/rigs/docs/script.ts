import type { Block } from '../../docs/page-blocks.ts';

/** Commands that a shell runs in one go, or one that runs on; and what the page prints below them. */
export type Piece = Readonly<{
  script: string;
  printed: string;
  /** What says that it is ready; null: it comes to its end. */
  ready: RegExp | null;
}>;

/** Commands that run until somebody stops them, and the output that says that they are at work. */
const STAYING: readonly Readonly<{ begins: RegExp; ready: RegExp }>[] = [
  { begins: /^(?:SLACK_URL=\S+ )?npm start\b/, ready: /^console http/m },
  { begins: /^watchfire console\b/, ready: /console started/ },
  { begins: /^watchfire worker\b/, ready: /worker started/ },
  { begins: /^watchfire sources run\b/, ready: /sources started/ },
  { begins: /^npm run -s watchfire -- (?:tail|send .*--follow)\b/, ready: /^/ },
  { begins: /^tail -F\b/, ready: /^/ },
];

/** What a block has a shell do, piece by piece. */
export function piecesOf({ kind, text }: Block): Piece[] {
  const commands = kind === 'console' ? commandsOf(text) : linesOf(text);
  const pieces: Piece[] = [];
  for (const { command, printed } of commands) {
    const staying = STAYING.find(({ begins }) => begins.test(command));
    const last = pieces.at(-1);
    if (staying || last === undefined || last.ready !== null)
      pieces.push({ script: command, printed, ready: staying?.ready ?? null });
    else
      pieces[pieces.length - 1] = {
        script: `${last.script}\n${command}`,
        printed: `${last.printed}${printed}`,
        ready: null,
      };
  }
  return pieces;
}

type Command = Readonly<{ command: string; printed: string }>;

/** Of a console: a command behind each `$`, with the lines that it goes on in, and what stands below it. */
function commandsOf(text: string): Command[] {
  const parts = [...text.matchAll(/^\$ (.*\n(?:(?!\$ ).*\n)*)/gm)].map(([, part = '']) => part);
  return parts.map((part) => {
    const lines = part.split('\n');
    const [first = ''] = lines;
    const [, end] = /<<'(\w+)'$/.exec(first) ?? [];
    const last = end === undefined ? lines.findIndex((line) => !line.endsWith('\\')) : lines.indexOf(end);
    return { command: lines.slice(0, last + 1).join('\n'), printed: lines.slice(last + 1).join('\n') };
  });
}

/** Of a script: its lines, if one of them runs on; else the whole, in which a command may have several lines. */
function linesOf(text: string): Command[] {
  const lines = text.trim().split('\n');
  const isStaying = lines.some((line) => STAYING.some(({ begins }) => begins.test(line)));
  return (isStaying ? lines : [text]).map((command) => ({ command, printed: '' }));
}
