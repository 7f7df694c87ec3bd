import type { GlobParts } from './glob.ts';
import { GlobTree } from './glob-tree.ts';

/** `metIn`: the last call whose text the body matches. */
type Negation<T> = { readonly value: T; metIn: number };

/**
 * Values under negated patterns. A text meets all but those whose bodies match it, which one walk finds. So a text costs a step
 * for each negation: most of them are the answer.
 */
export class Negations<T> {
  readonly #bodies = new GlobTree<Negation<T>>();
  readonly #all = new Set<Negation<T>>();
  /** Reused from call to call. */
  readonly #met: Negation<T>[] = [];
  #calls = 0;

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  get(glob: GlobParts): T | undefined {
    return this.#bodies.get(glob)?.value;
  }

  /** Files a value under a pattern that has none. */
  set(glob: GlobParts, value: T): void {
    const negation = { value, metIn: 0 };
    this.#bodies.set(glob, negation);
    this.#all.add(negation);
  }

  delete(glob: GlobParts): void {
    const negation = this.#bodies.get(glob);
    if (negation === undefined) return;
    this.#bodies.delete(glob);
    this.#all.delete(negation);
  }

  /** Appends the values of all patterns that match the text; each once, in no order. */
  collect(text: string, into: Pick<T[], 'push'>): void {
    this.#calls += 1;
    this.#met.length = 0;
    this.#bodies.collect(text, this.#met);
    for (const negation of this.#met) negation.metIn = this.#calls;
    for (const { value, metIn } of this.#all) if (metIn !== this.#calls) into.push(value);
  }
}
