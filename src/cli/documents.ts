import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { quoted } from '../findings/finding.ts';
import { isHeld } from '../model/exact.ts';
import { brokenText, exportAdvice, foreignIn } from './foreign.ts';

/** A file, or standard input, with what people call it. */
export type Source = Readonly<{ file: string; text: string }>;

/**
 * One document of a file, and where its parts are: `at('trigger.within')` is `orders.yaml:12`. Where several begin in one line, as in JSON
 * without line breaks, it names the automation too: `orders.json:1 ("Late orders")`.
 */
export type FoundDocument = Readonly<{ document: unknown; at: (path: string) => string }>;

/** What files hold. Each problem is `file:line: path: reason`. */
export type Contents = Readonly<{ found: readonly FoundDocument[]; problems: readonly string[] }>;

/** How V8 says that something is nested too deep, in a function or in a regular expression. */
const STACK_IS_FULL = /call stack size exceeded|Stack overflow/;

/** Problems of one document that are shown: more than anybody reads at once. */
const TROUBLES_LIMIT = 20;

/** Digits that are shown of one. */
const NUMBER_SHOWN = 40;

/** The key of a list of automations that is not the whole document. */
const LIST_KEY = 'automations';

/**
 * Reads the automations of a YAML or JSON file: one, a list of them, or a list under `automations`, in each of its YAML
 * documents. Beside `automations` may stand what only helps to write it: keys that begin with `x-`, values with an anchor, merges. What they say is not checked here.
 */
export function documentsIn({ file, text }: Source): Contents {
  const lines = new LineCounter();
  const found: FoundDocument[] = [];
  const problems: string[] = [];
  const place = (offset: number): string => `${file}:${Math.max(1, lines.linePos(offset).line)}`;
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const documents = 'empty' in parsed ? [] : parsed.filter((document) => !isEmpty(document));
  if (documents.length === 0) problems.push(`${file}:1: document: holds no automation`);
  for (const document of documents) {
    // A warning is about something that would be read differently from what it looks like, such as an unknown tag.
    const wrong = [...document.errors, ...document.warnings];
    const said = wrong.length > 0 ? troubles(wrong, exportAdvice(text)) : brokenIn(document, text);
    problems.push(...said.map(({ pos, message }) => `${place(pos[0])}: document: ${firstLine(message)}`));
    if (said.length === 0) collect(document, place, found, problems);
  }
  return { found, problems };
}

type Trouble = Readonly<Pick<YAMLError, 'pos' | 'message'>>;

/**
 * What is said of a document that is not YAML: one thing where it was nested so deep that the parser gave up, or where `advice` says how to
 * get a better one; else a bounded number.
 */
function troubles(wrong: readonly Trouble[], advice: string): Trouble[] {
  const deep = wrong.find(({ message }) => STACK_IS_FULL.test(message));
  if (deep) return [{ ...deep, message: 'is nested too deep' }];
  // Where Prefect broke its lines the rest follows from the first break, and the export is to be made again.
  const shown = advice === '' ? wrong : wrong.slice(0, 1);
  return bounded(shown.map(({ pos, message }) => ({ pos, message: `is not YAML: ${firstLine(message)}${advice}` })));
}

function bounded(troubles: readonly Trouble[]): Trouble[] {
  const [next] = troubles.slice(TROUBLES_LIMIT);
  const shown = troubles.slice(0, TROUBLES_LIMIT);
  return next ? [...shown, { ...next, message: `${troubles.length - TROUBLES_LIMIT} more` }] : shown;
}

/** Quoted texts that something has cut in two, and numbers that would not be what they are. */
function brokenIn(document: Document.Parsed, text: string): Trouble[] {
  const broken: Trouble[] = [];
  try {
    visit(document, {
      Scalar(_, { type, range, value, source = '' }) {
        if (!range) return;
        const pos: [number, number] = [range[0], range[1]];
        if (typeof value === 'number' && !isHeld(source)) {
          const message = `the number ${source.slice(0, NUMBER_SHOWN)} cannot be kept as it is: write it as a text, in quotes`;
          broken.push({ pos, message });
        }
        if (type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE') return;
        const message = brokenText(text.slice(...pos));
        if (message !== null) broken.push({ pos, message });
      },
    });
  } catch (error) {
    // What is nested too deep to be walked through is said where its values are read.
    if (!(error instanceof RangeError)) throw error;
  }
  return bounded(broken);
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function collect(
  document: Document.Parsed,
  place: (offset: number) => string,
  found: FoundDocument[],
  problems: string[],
): void {
  const root = document.contents as Node;
  const nodes = nodesOf(root);
  const named = crowdedIn(nodes, place);
  const at = (node: Node, path: string): string => `${place(offsetOf(document, node, path))}${named.get(node) ?? ''}`;
  for (const node of nodes) {
    if (node === null) {
      problems.push(
        `${at(root, LIST_KEY)}: ${LIST_KEY}: must be a list of automations, beside which only x-… keys and anchors may stand`,
      );
      continue;
    }
    try {
      const value: unknown = node.toJS(document);
      const foreign = foreignIn(value);
      problems.push(...foreign.map(({ path, reason }) => `${at(node, path)}: ${path}: ${reason}`));
      if (foreign.length === 0) found.push({ document: value, at: (path) => at(node, path) });
    } catch (error) {
      // An alias without its anchor, or a few lines that expand to millions.
      const message = error instanceof Error ? firstLine(error.message) : String(error);
      const reason = error instanceof RangeError ? 'is nested too deep' : `cannot be read: ${message}`;
      problems.push(`${at(node, '')}: document: ${reason}`);
    }
  }
}

/** How automations are told apart that begin in one line: ` ("name")`, or its number. */
function crowdedIn(nodes: readonly (Node | null)[], place: (offset: number) => string): Map<Node, string> {
  const here = nodes.flatMap((node, i) => (node ? [{ node, i, line: place(node.range?.[0] ?? 0) }] : []));
  const crowded = [...Map.groupBy(here, ({ line }) => line).values()].filter((group) => group.length > 1);
  return new Map(
    crowded.flat().map(({ node, i }) => {
      const name = isMap(node) ? node.get('name') : undefined;
      return [node, ` (${typeof name === 'string' ? quoted(name) : `automation ${i + 1}`})`];
    }),
  );
}

/** The automations below a root; null for a list that is not as it should be. */
function nodesOf(root: Node): (Node | null)[] {
  if (isSeq(root)) return root.items as Node[];
  if (!isMap(root) || !root.has(LIST_KEY)) return [root];
  const list = root.get(LIST_KEY, true);
  const alone = root.items.every(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    return (
      name === LIST_KEY ||
      (isScalar(key) && key.source === '<<') ||
      name.startsWith('x-') ||
      holdsAnchor(value as Node | null)
    );
  });
  return isSeq(list) && alone ? (list.items as Node[]) : [null];
}

/** Whether something below it is named, to be used elsewhere. */
function holdsAnchor(node: Node | null): boolean {
  let found = false;
  visit(node, {
    Node: (_, { anchor }: { anchor?: string }) => {
      found ||= anchor !== undefined;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}

/**
 * Where the value at `path` stands, or the innermost thing around it that is there. Label names hold dots too, so a path
 * is followed by trying the keys that are there, longest first.
 */
function offsetOf(document: Document.Parsed, node: Node, path: string): number {
  const here = node.range?.[0] ?? 0;
  const inner = isAlias(node) ? (node.resolve(document) ?? node) : node;
  if (isSeq(inner)) {
    const [, index, rest = ''] = /^\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
    const item = index === undefined ? undefined : (inner.items[Number(index)] as Node | undefined);
    return item ? offsetOf(document, item, rest) : here;
  }
  if (!isMap(inner)) return here;
  const keys = inner.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key, value, name: String(key.value) }] : [],
  );
  for (const { key, value, name } of keys.sort((a, b) => b.name.length - a.name.length)) {
    if (path !== name && !(path.startsWith(name) && /^[.[]/.test(path.slice(name.length)))) continue;
    const rest = path.slice(name.length).replace(/^\./, '');
    if (rest === '' || value === null) return key.range?.[0] ?? here;
    return offsetOf(document, value as Node, rest);
  }
  return here;
}
