import { type Document, isMap, isScalar, isSeq, type Node, visit } from 'yaml';
import { quoted } from '../findings/finding.ts';
import { foreignIn } from './foreign.ts';
import { type FilePosition, type Problem, type Source, spanOf, spanOfProblem } from './position.ts';
import { aliasSteps, firstLine, readYaml, type YamlFile } from './yaml-file.ts';

/** One document of a file. */
export type FoundDocument = Readonly<{
  document: unknown;
  /** Where its part at a path is, or the innermost thing around it. With the reason of a problem it is the value that is wrong, or a part of it. */
  position: (path: string, reason?: string) => FilePosition;
}>;

/** What files hold. */
export type Contents = Readonly<{ found: readonly FoundDocument[]; problems: readonly Problem[] }>;

/** The key of a list of automations that is not the whole document. */
const LIST_KEY = 'automations';

/**
 * Reads the automations of a YAML or JSON file: one, a list of them, or a list under `automations`, in each of its YAML
 * documents. Beside `automations` may stand what only helps to write it: keys that begin with `x-`, values with an anchor, merges. What they say is not checked here.
 * @param mostSteps how far one may go for the aliases of a document, where it is not a file of the person who waits
 */
export function documentsIn(source: Source, mostSteps = Number.POSITIVE_INFINITY): Contents {
  const file = readYaml(source);
  const found: FoundDocument[] = [];
  const problems: Problem[] = [];
  if (file.documents.length === 0)
    problems.push({ position: file.beginning, place: 'document', reason: 'holds no automation' });
  for (const one of file.documents) {
    problems.push(...one.problems);
    if (one.problems.length > 0) continue;
    if (mostSteps < Number.POSITIVE_INFINITY && aliasSteps(one.document) > mostSteps)
      problems.push({ position: file.beginning, place: 'document', reason: 'has too many aliases for its length' });
    else collect(one.document, source.text, file, found, problems);
  }
  return { found, problems };
}

function collect(
  document: Document.Parsed,
  text: string,
  { positions }: YamlFile,
  found: FoundDocument[],
  problems: Problem[],
): void {
  const root = document.contents as Node;
  const nodes = nodesOf(root);
  const named = crowdedIn(nodes, (offset) => positions([offset, offset]).line);
  const position = (node: Node, path: string, reason?: string): FilePosition => {
    const span =
      reason === undefined ? spanOf(document, node, path) : spanOfProblem(text, document, node, { path, reason });
    return positions(span, named.get(node));
  };
  for (const node of nodes) {
    if (node === null) {
      const reason = 'must be a list of automations, beside which only x-… keys and anchors may stand';
      problems.push({ position: position(root, LIST_KEY), place: LIST_KEY, reason });
      continue;
    }
    try {
      const value: unknown = node.toJS(document);
      const foreign = foreignIn(value);
      problems.push(...foreign.map(({ path, reason }) => ({ position: position(node, path), place: path, reason })));
      if (foreign.length === 0)
        found.push({ document: value, position: (path, reason) => position(node, path, reason) });
    } catch (error) {
      // An alias without its anchor, or a few lines that expand to millions.
      const message = error instanceof Error ? firstLine(error.message) : String(error);
      const reason = error instanceof RangeError ? 'is nested too deep' : `cannot be read: ${message}`;
      problems.push({ position: position(node, ''), place: 'document', reason });
    }
  }
}

/** How automations are told apart that begin in one line: ` ("name")`, or its number. */
function crowdedIn(nodes: readonly (Node | null)[], lineOf: (offset: number) => number): Map<Node, string> {
  const here = nodes.flatMap((node, i) => (node ? [{ node, i, line: lineOf(node.range?.[0] ?? 0) }] : []));
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
