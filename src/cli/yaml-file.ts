import { type Document, isScalar, LineCounter, parseAllDocuments, visit, type YAMLError } from 'yaml';
import { isHeld } from '../model/exact.ts';
import { brokenText, exportAdvice } from './foreign.ts';
import { beginningOf, type FilePosition, type Positions, type Problem, positionsIn, type Source } from './position.ts';

/** A YAML document with something in it, or what is wrong with it as YAML. */
export type YamlDocument = Readonly<{ document: Document.Parsed; problems: readonly Problem[] }>;

/** A YAML or JSON file, parsed; `beginning` is a place for what is missing. */
export type YamlFile = Readonly<{ documents: readonly YamlDocument[]; positions: Positions; beginning: FilePosition }>;

/** How V8 says that something is nested too deep, in a function or in a regular expression. */
const STACK_IS_FULL = /call stack size exceeded|Stack overflow/;

/** Problems of one document that are shown: more than anybody reads at once. */
const TROUBLES_LIMIT = 20;

/** Digits that are shown of one. */
const NUMBER_SHOWN = 40;

/** How often keys of one file are compared: each with all that stand before it in its map, so that one of some 3,000 keys takes as many. */
const COMPARISONS_LIMIT = 5_000_000;

type Trouble = Readonly<Pick<YAMLError, 'pos' | 'message'>>;

const TOO_MANY_KEYS: Trouble = { pos: [0, 0], message: 'a map has too many keys' };

/** As the parser itself compares keys. */
function isSameKey(one: unknown, other: unknown): boolean {
  return one === other || (isScalar(one) && isScalar(other) && one.value === other.value);
}

/** How many nodes are looked at to resolve the aliases of a document: the parser begins anew for each automation that has one. */
export function aliasSteps(document: Document.Parsed): number {
  let [nodes, aliases] = [0, 0];
  visit(document, {
    Node() {
      nodes += 1;
    },
    Alias() {
      nodes += 1;
      aliases += 1;
    },
  });
  return nodes * aliases;
}

/** Reads all YAML documents of a file that are not empty. */
export function readYaml(source: Source): YamlFile {
  const { text } = source;
  const lines = new LineCounter();
  const positions = positionsIn(source, lines);
  let comparisons = 0;
  const uniqueKeys = (one: unknown, other: unknown): boolean => {
    comparisons += 1;
    return comparisons <= COMPARISONS_LIMIT && isSameKey(one, other);
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys });
  const documents = 'empty' in parsed ? [] : parsed.filter((document) => !isEmpty(document));
  return {
    documents: documents.map((document) => {
      // A warning is about something that would be read differently from what it looks like, such as an unknown tag.
      const wrong: Trouble[] = [...document.errors, ...document.warnings];
      if (comparisons > COMPARISONS_LIMIT) wrong.splice(0, Number.POSITIVE_INFINITY, TOO_MANY_KEYS);
      const said = wrong.length > 0 ? troubles(wrong, exportAdvice(text)) : brokenIn(document, text);
      const problems = said.map(({ pos, message }) => ({
        position: positions(pos),
        place: 'document',
        reason: firstLine(message),
      }));
      return { document, problems };
    }),
    positions,
    beginning: beginningOf(source),
  };
}

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

/** What of an error's message is for one line. */
export function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}
