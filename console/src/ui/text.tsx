import { seen } from './format.ts';

type Piece = Readonly<{ text: string; kind: string }>;

const YAML = /^(\s*(?:- )*)([\w.$-]+|"(?:[^"\\]|\\.)*")(:)(\s.*)?$/;

/** A line of YAML in pieces: keys, texts, numbers, notes. */
function piecesOf(line: string): Piece[] {
  if (/^\s*#/.test(line)) return [{ text: line, kind: 'hl-note' }];
  const [, indent, key, colon, rest = ''] = YAML.exec(line) ?? [];
  if (key === undefined) return [{ text: line, kind: valueKind(line.replace(/^\s*(- )*/, '')) }];
  return [
    { text: indent ?? '', kind: '' },
    { text: key, kind: 'hl-key' },
    { text: colon ?? '', kind: '' },
    { text: rest, kind: valueKind(rest.trim()) },
  ];
}

function valueKind(value: string): string {
  if (value === '') return '';
  return /^(-?\d[\d._]*[a-z]{0,2}|true|false|null)$/.test(value) ? 'hl-num' : 'hl-text';
}

function Line({ line, kind = '' }: { line: string; kind?: string }) {
  return (
    <span class={`line ${kind}`}>
      {piecesOf(seen(line)).map(({ text, kind: of }, i) => (
        <span key={`${i}${of}`} class={of}>
          {text}
        </span>
      ))}
    </span>
  );
}

export function Yaml({ text }: { text: string }) {
  return (
    <pre class="block">
      {text
        .trimEnd()
        .split('\n')
        .map((line, i) => (
          <Line key={`${i}:${line}`} line={line} />
        ))}
    </pre>
  );
}

export function Json({ value }: { value: unknown }) {
  const lines = JSON.stringify(value, null, 2).split('\n');
  return (
    <pre class="block">
      {lines.map((line, i) => (
        <JsonLine key={`${i}:${line}`} line={seen(line)} />
      ))}
    </pre>
  );
}

function JsonLine({ line }: { line: string }) {
  const [, indent = '', key, rest = ''] = /^(\s*)("(?:[^"\\]|\\.)*":)?(.*)$/s.exec(line) ?? [];
  const kind = /^\s*"/.test(rest) ? 'hl-text' : /^\s*(-?\d|true|false|null)/.test(rest) ? 'hl-num' : '';
  return (
    <span class="line">
      {indent}
      {key !== undefined && <span class="hl-key">{key}</span>}
      <span class={kind}>{rest}</span>
    </span>
  );
}

/** Two texts beside each other, line by line: what went, what came. */
export function Difference({ before, after }: { before: string; after: string }) {
  return (
    <pre class="block">
      {linesOf(before.trimEnd().split('\n'), after.trimEnd().split('\n')).map(({ line, sign }, i) => (
        <Line
          key={`${i}${sign}${line}`}
          line={`${sign} ${line}`}
          kind={sign === '+' ? 'line-add' : sign === '-' ? 'line-del' : ''}
        />
      ))}
    </pre>
  );
}

type Changed = Readonly<{ line: string; sign: '+' | '-' | ' ' }>;

/** Lines that are compared: the table of them has the square of it. */
const COMPARED = 800;

/** The longest lines in common stay. */
function linesOf(before: readonly string[], after: readonly string[]): Changed[] {
  const [a, b] = [before.slice(0, COMPARED), after.slice(0, COMPARED)];
  const common: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: Changed[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ line: a[i] ?? '', sign: ' ' });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      found.push({ line: a[i] ?? '', sign: '-' });
      i += 1;
    } else {
      found.push({ line: b[j] ?? '', sign: '+' });
      j += 1;
    }
  }
  return found;
}
