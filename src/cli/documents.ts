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
import { foreignIn } from './foreign.ts';

/** A file, or standard input, with what people call it. */
export type Source = Readonly<{ file: string; text: string }>;

/** One document of a file, and where its parts are: `at('trigger.within')` is `orders.yaml:12`. */
export type FoundDocument = Readonly<{ document: unknown; at: (path: string) => string }>;

/** What files hold. Each problem is `file:line: path: reason`. */
export type Contents = Readonly<{ found: readonly FoundDocument[]; problems: readonly string[] }>;

/** How V8 says that something is nested too deep, in a function or in a regular expression. */
const STACK_IS_FULL = /call stack size exceeded|Stack overflow/;

/** Problems of one document that are shown: more than anybody reads at once. */
const TROUBLES_LIMIT = 20;

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
    problems.push(...troubles(wrong).map(({ pos, message }) => `${place(pos[0])}: document: ${firstLine(message)}`));
    if (wrong.length === 0) collect(document, place, found, problems);
  }
  return { found, problems };
}

type Trouble = Readonly<Pick<YAMLError, 'pos' | 'message'>>;

/** What is said of a document that is not YAML: one thing where it was nested so deep that the parser gave up, and a bounded number. */
function troubles(wrong: readonly Trouble[]): Trouble[] {
  const deep = wrong.find(({ message }) => STACK_IS_FULL.test(message));
  if (deep) return [{ ...deep, message: 'is nested too deep' }];
  const shown = wrong.slice(0, TROUBLES_LIMIT).map(({ pos, message }) => ({ pos, message: `is not YAML: ${message}` }));
  const [next] = wrong.slice(TROUBLES_LIMIT);
  return next ? [...shown, { ...next, message: `${wrong.length - TROUBLES_LIMIT} more` }] : shown;
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
  const at = (node: Node, path: string): string => place(offsetOf(document, node, path));
  for (const node of nodesOf(root)) {
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
