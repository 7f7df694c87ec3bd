import { classifyGlob, compileGlob, type GlobMatcher, type GlobShape } from './glob.ts';
import { nextNode, type PrefixNode, PrefixTree } from './prefix-tree.ts';

/** Whether one of a trigger's patterns for event names matches a name. */
export type NameMatcher = (name: string) => boolean;

// There is one of each for all triggers, and `exactly` keeps one text: of 100,000 triggers every byte counts.
const always: NameMatcher = () => true;
const never: NameMatcher = () => false;
const exactly = (text: string): NameMatcher => {
  return (name) => name === text;
};

/** Compiles a list of patterns for event names: at least one of them matches (rules 6). */
export function compileNames(patterns: readonly string[]): NameMatcher {
  const shapes = patterns.map((pattern) => ({ pattern, ...classifyGlob(pattern) }));
  if (shapes.some(({ kind }) => kind === 'any')) return always;
  const exact = shapes.filter(({ kind }) => kind === 'exact').map(({ text }) => text);
  const globs = shapes.filter(({ kind }) => kind !== 'exact').map(({ pattern }) => compileGlob(pattern));
  const [text] = exact;
  if (globs.length === 0) return text === undefined ? never : exact.length === 1 ? exactly(text) : oneOf(exact);
  const isExact = exact.length === 0 ? never : oneOf(exact);
  return (name) => isExact(name) || globs.some((matches) => matches(name));
}

function oneOf(texts: readonly string[]): NameMatcher {
  const set = new Set(texts);
  return (name) => set.has(name);
}

/** What is filed under one beginning: `whole` for the patterns that match every text with it, and the patterns that must be tried. */
type Lead<T> = { whole: T | undefined; globs: Map<string, { matches: GlobMatcher; value: T }> };

/**
 * One value for each pattern, found by text. The cost of a text does not depend on the number of patterns that are exact
 * or begin with literal characters the text does not begin with. Patterns of the same meaning may share a value.
 */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #leads = new PrefixTree<Lead<T>>();
  #size = 0;

  /** How many values are held. */
  get size(): number {
    return this.#size;
  }

  /** The value of a pattern, if it has one. */
  find(pattern: string): T | undefined {
    return this.#find(pattern, classifyGlob(pattern));
  }

  /** The value of a pattern; made when it has none. */
  open(pattern: string, make: () => T): T {
    const shape = classifyGlob(pattern);
    const found = this.#find(pattern, shape);
    if (found !== undefined) return found;
    const { kind, text } = shape;
    const value = make();
    this.#size += 1;
    if (kind === 'exact') {
      this.#exact.set(text, value);
      return value;
    }
    const lead = this.#leads.get(text) ?? { whole: undefined, globs: new Map() };
    if (kind === 'other') lead.globs.set(pattern, { matches: compileGlob(pattern), value });
    else lead.whole = value;
    this.#leads.set(text, lead);
    return value;
  }

  /** Takes a pattern and its value out. */
  delete(pattern: string): void {
    const shape = classifyGlob(pattern);
    if (this.#find(pattern, shape) === undefined) return;
    const { kind, text } = shape;
    this.#size -= 1;
    if (kind === 'exact') {
      this.#exact.delete(text);
      return;
    }
    const lead = this.#leads.get(text);
    if (lead === undefined) return;
    if (kind === 'other') lead.globs.delete(pattern);
    else lead.whole = undefined;
    if (lead.whole === undefined && lead.globs.size === 0) this.#leads.delete(text);
  }

  /** Appends the values of all patterns that match the text; each once, in no order. */
  collect(text: string, into: Pick<T[], 'push'>): void {
    const exact = this.#exact.get(text);
    if (exact !== undefined) into.push(exact);
    let node: PrefixNode<Lead<T>> | undefined = this.#leads.root;
    for (; node !== undefined; node = nextNode(node, text)) {
      const lead = node.value;
      if (lead === undefined) continue;
      if (lead.whole !== undefined) into.push(lead.whole);
      for (const { matches, value } of lead.globs.values()) {
        if (matches(text)) into.push(value);
      }
    }
  }

  #find(pattern: string, { kind, text }: GlobShape): T | undefined {
    if (kind === 'exact') return this.#exact.get(text);
    const lead = this.#leads.get(text);
    return kind === 'other' ? lead?.globs.get(pattern)?.value : lead?.whole;
  }
}
