import { type CharacterSet, compileBody, type Gap, type GlobMatcher, type GlobParts, isInSet } from './glob.ts';
import { nextNode, type PrefixNode, PrefixTree } from './prefix-tree.ts';

/**
 * A pattern is filed by this many of its gaps; with more, it is tried on the texts that get that far. So one pattern makes some
 * 3 KB of tree at most besides its texts, and a walk is nested no deeper. Most patterns have one to three gaps; a day and its
 * hour in question marks have ten.
 */
const FILED_GAPS = 12;

/** All texts that may stand at one place of a pattern, and where the patterns go on behind them. */
type Place<T> = PrefixTree<Fork<T>>;

/** Behind a text: a pattern may end here, or go on with one of several gaps. */
type Fork<T> = {
  end: T | undefined;
  run: Branch<T> | undefined;
  any: Branch<T> | undefined;
  sets: Map<string, Branch<T>> | undefined;
  untold: Untold<T> | undefined;
};

/** Behind a gap. Made late: most patterns end with one, and need nothing behind it. */
type Branch<T> = {
  readonly gap: Gap;
  /** The value of the pattern that ends with this gap, which is a run. */
  whole: T | undefined;
  place: Place<T> | undefined;
  /** Of a run: the last call that met it, and from where on it has met the text in that call. */
  metIn: number;
  metFrom: number;
};

/** Patterns that are not filed any further, by what they are; all are tried, once in a call. */
type Untold<T> = { readonly patterns: Map<string, { matches: GlobMatcher; value: T }>; triedIn: number };

/**
 * Values under patterns (without their negation); finds the values of all patterns that match a text in one walk. Patterns
 * share the way as long as they are equal, so a text costs what the different ways cost that it can take, however many patterns
 * there are. Adding and removing a pattern costs its own length.
 *
 * Why the walk is right and no more expensive than trying each pattern:
 * 1. It follows each way of a pattern through the text: a text must stand there, `?` and a set take one code point, a run
 *    takes any number.
 * 2. Every place is entered at most once at each position. A fork is passed where its text ends, so from one position only;
 *    `?` and a set lead from one position to one other; and a run that was met before at `metFrom` has entered the place
 *    behind it at all later positions, so only those before it are left.
 * 3. Hence each value is found at most once, and the steps are at most nodes × length of the text, the bound of
 *    `compileGlob` for all patterns together.
 */
export class GlobTree<T> {
  readonly #root: Place<T> = new PrefixTree();
  #calls = 0;

  get isEmpty(): boolean {
    return this.#root.isEmpty;
  }

  get(glob: GlobParts): T | undefined {
    let fork = this.#root.get(glob.texts[0]);
    for (const [i, gap] of glob.gaps.entries()) {
      if (i === FILED_GAPS) return fork?.untold?.patterns.get(glob.body)?.value;
      const branch = fork && branchOf(fork, gap);
      if (endsWithRun(glob, i)) return branch?.whole;
      fork = branch?.place?.get(glob.texts[i + 1] ?? '');
    }
    return fork?.end;
  }

  set(glob: GlobParts, value: T): void {
    let fork = openFork(this.#root, glob.texts[0]);
    for (const [i, gap] of glob.gaps.entries()) {
      if (i === FILED_GAPS) {
        fork.untold ??= { patterns: new Map(), triedIn: 0 };
        fork.untold.patterns.set(glob.body, { matches: compileBody(glob.body), value });
        return;
      }
      const branch = openBranch(fork, gap);
      if (endsWithRun(glob, i)) {
        branch.whole = value;
        return;
      }
      branch.place ??= new PrefixTree();
      fork = openFork(branch.place, glob.texts[i + 1] ?? '');
    }
    fork.end = value;
  }

  delete(glob: GlobParts): void {
    remove(this.#root, glob, 0);
  }

  /** Appends the values of all patterns that match the text; each once, in no order. */
  collect(text: string, into: Pick<T[], 'push'>): void {
    this.#calls += 1;
    this.#enter(this.#root, text, 0, into);
  }

  #enter(place: Place<T>, text: string, at: number, into: Pick<T[], 'push'>): void {
    let node: PrefixNode<Fork<T>> | undefined = place.root;
    for (; node !== undefined; node = nextNode(node, text, at)) {
      if (node.value !== undefined) this.#pass(node.value, text, at + node.depth, into);
    }
  }

  #pass({ end, run, any, sets, untold }: Fork<T>, text: string, at: number, into: Pick<T[], 'push'>): void {
    if (end !== undefined && at === text.length) into.push(end);
    if (untold !== undefined) this.#try(untold, text, into);
    if (run !== undefined) this.#run(run, text, at, into);
    if (any === undefined && sets === undefined) return;
    const point = text.codePointAt(at);
    if (point === undefined) return;
    const next = at + unitsOf(point);
    if (any?.place !== undefined) this.#enter(any.place, text, next, into);
    if (sets === undefined) return;
    for (const { gap, place } of sets.values()) {
      if (typeof gap === 'object' && place !== undefined && isInSet(gap, point)) this.#enter(place, text, next, into);
    }
  }

  #run(branch: Branch<T>, text: string, at: number, into: Pick<T[], 'push'>): void {
    if (branch.metIn !== this.#calls) {
      branch.metIn = this.#calls;
      branch.metFrom = text.length + 1;
      if (branch.whole !== undefined) into.push(branch.whole);
    }
    const { place, metFrom } = branch;
    if (place === undefined || at >= metFrom) return;
    branch.metFrom = at;
    for (let from = at; from < metFrom; from += unitsOf(text.codePointAt(from) ?? 0)) {
      this.#enter(place, text, from, into);
    }
  }

  #try(untold: Untold<T>, text: string, into: Pick<T[], 'push'>): void {
    if (untold.triedIn === this.#calls) return;
    untold.triedIn = this.#calls;
    for (const { matches, value } of untold.patterns.values()) {
      if (matches(text)) into.push(value);
    }
  }
}

function openFork<T>(place: Place<T>, text: string): Fork<T> {
  const known = place.get(text);
  if (known !== undefined) return known;
  const fork = { end: undefined, run: undefined, any: undefined, sets: undefined, untold: undefined };
  place.set(text, fork);
  return fork;
}

function branchOf<T>(fork: Fork<T>, gap: Gap): Branch<T> | undefined {
  if (gap === '*') return fork.run;
  if (gap === '?') return fork.any;
  return fork.sets?.get(keyOf(gap));
}

function openBranch<T>(fork: Fork<T>, gap: Gap): Branch<T> {
  const known = branchOf(fork, gap);
  if (known !== undefined) return known;
  const branch = { gap, whole: undefined, place: undefined, metIn: 0, metFrom: 0 };
  if (gap === '*') fork.run = branch;
  else if (gap === '?') fork.any = branch;
  else {
    fork.sets ??= new Map();
    fork.sets.set(keyOf(gap), branch);
  }
  return branch;
}

function dropBranch<T>(fork: Fork<T>, gap: Gap): void {
  if (gap === '*') fork.run = undefined;
  else if (gap === '?') fork.any = undefined;
  else if (fork.sets?.delete(keyOf(gap)) && fork.sets.size === 0) fork.sets = undefined;
}

/** Takes out what is left of a pattern from its text `i` on, and what then leads nowhere. */
function remove<T>(place: Place<T>, glob: GlobParts, i: number): void {
  const text = glob.texts[i] ?? '';
  const fork = place.get(text);
  if (fork === undefined) return;
  const gap = glob.gaps[i];
  if (gap === undefined) fork.end = undefined;
  else if (i < FILED_GAPS) removeBehind(fork, glob, i, gap);
  else if (fork.untold?.patterns.delete(glob.body) && fork.untold.patterns.size === 0) fork.untold = undefined;
  const { end, run, any, sets, untold } = fork;
  if ((end ?? run ?? any ?? sets ?? untold) === undefined) place.delete(text);
}

function removeBehind<T>(fork: Fork<T>, glob: GlobParts, i: number, gap: Gap): void {
  const branch = branchOf(fork, gap);
  if (branch === undefined) return;
  if (endsWithRun(glob, i)) branch.whole = undefined;
  else if (branch.place !== undefined) remove(branch.place, glob, i + 1);
  if (branch.place?.isEmpty) branch.place = undefined;
  if ((branch.whole ?? branch.place) === undefined) dropBranch(fork, gap);
}

/** Whether gap `i` is a run and the last of the pattern: then it does not matter what comes. */
function endsWithRun({ gaps, texts }: GlobParts, i: number): boolean {
  return i === gaps.length - 1 && gaps[i] === '*' && texts[i + 1] === '';
}

/** Equal only for sets that take the same. */
function keyOf({ negated, ranges }: CharacterSet): string {
  return `${negated ? '!' : '='}${ranges.join()}`;
}

function unitsOf(point: number): number {
  return point > 0xffff ? 2 : 1;
}
