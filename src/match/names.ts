import { classifyGlob, compileGlob, type GlobParts, partsOf } from './glob.ts';
import { GlobTree } from './glob-tree.ts';
import { Negations } from './negations.ts';

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

/**
 * One value for each pattern, found by text, in one walk for all of them. Patterns of the same meaning may share a value.
 */
export class PatternIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #globs = new GlobTree<T>();
  // Made late: few indexes hold a negated pattern, and there may be one for each of 100,000 event names.
  #negations: Negations<T> | undefined;
  #size = 0;

  /** How many values are held. */
  get size(): number {
    return this.#size;
  }

  /** The value of a pattern, if it has one. */
  find(pattern: string): T | undefined {
    return this.#find(partsOf(pattern));
  }

  /** The value of a pattern; made when it has none. */
  open(pattern: string, make: () => T): T {
    const glob = partsOf(pattern);
    const found = this.#find(glob);
    if (found !== undefined) return found;
    const value = make();
    this.#size += 1;
    if (glob.negated) {
      this.#negations ??= new Negations();
      this.#negations.set(glob, value);
    } else if (glob.gaps.length === 0) this.#exact.set(glob.texts[0], value);
    else this.#globs.set(glob, value);
    return value;
  }

  /** Takes a pattern and its value out. */
  delete(pattern: string): void {
    const glob = partsOf(pattern);
    if (this.#find(glob) === undefined) return;
    this.#size -= 1;
    if (glob.negated) {
      this.#negations?.delete(glob);
      if (this.#negations?.isEmpty) this.#negations = undefined;
    } else if (glob.gaps.length === 0) this.#exact.delete(glob.texts[0]);
    else this.#globs.delete(glob);
  }

  /** Appends the values of all patterns that match the text; each once, in no order. */
  collect(text: string, into: Pick<T[], 'push'>): void {
    const exact = this.#exact.get(text);
    if (exact !== undefined) into.push(exact);
    this.#globs.collect(text, into);
    this.#negations?.collect(text, into);
  }

  #find(glob: GlobParts): T | undefined {
    if (glob.negated) return this.#negations?.get(glob);
    return glob.gaps.length === 0 ? this.#exact.get(glob.texts[0]) : this.#globs.get(glob);
  }
}
