import type { SourceSpec } from '../model/source.ts';
import { type WayIn, waysIn } from './way-in.ts';

/** The way in that is there without any file, on this machine alone: events as they are. */
const BUILT_IN: SourceSpec = { name: 'events', type: 'webhook' };

export type WaysParts = Readonly<{
  /** What the file of sources says now; a new list whenever it was read again */
  specs: () => readonly SourceSpec[];
  /** Whether others than this machine can send */
  open: boolean;
}>;

/** The ways in as the file of sources says now. */
export class Ways {
  readonly #parts: WaysParts;
  #made: Readonly<{ of: readonly SourceSpec[]; ways: ReadonlyMap<string, WayIn> }>;

  /** @throws InvalidDocument for a source that everybody could send to */
  constructor(parts: WaysParts) {
    this.#parts = parts;
    this.#made = this.#make(parts.specs());
  }

  get current(): ReadonlyMap<string, WayIn> {
    const specs = this.#parts.specs();
    if (specs !== this.#made.of) this.#made = this.#make(specs);
    return this.#made.ways;
  }

  #make(of: readonly SourceSpec[]): { of: readonly SourceSpec[]; ways: ReadonlyMap<string, WayIn> } {
    const { open } = this.#parts;
    const ways = waysIn(of, { open });
    if (!open) for (const [path, way] of waysIn([BUILT_IN], { open })) if (!ways.has(path)) ways.set(path, way);
    return { of, ways };
  }
}
