import type { Context } from '../result.ts';
import type { Load, Size } from './load.ts';
import type { Tool } from './tools.ts';
import type { Speed } from './verdict.ts';

/** Watchfire's speed divided by that of a system: what the first must reach at least, and the second at most. */
export type Bounds = Readonly<{ rate?: number; processor?: number }>;

/** A system that can be run now. */
export type Ready = Readonly<{
  version: string;
  /** Runs a load once. Answers when nothing of it runs any more. `folder` is empty, and removed afterwards. */
  run: (load: Load, folder: string) => Promise<Speed>;
}>;

export type System = Readonly<{
  name: string;
  /** What it finds again after a crash, in a few words. */
  keeps: string;
  needs: readonly Tool[];
  bounds: Bounds;
  /** Sizes of the short and of the whole form. Slow systems get less, so that a round does not last for ever. */
  short: Size;
  whole: Size;
  /** Brings what is not there yet. */
  prepare: (context: Context) => Promise<Ready>;
}>;
