import { type Block, begins } from '../../docs/page-blocks.ts';
import type { Scene } from './scene.ts';

/** A page whose blocks are run one after the other, in one folder and beside one Redis. */
export type Story = Readonly<{
  page: string;
  /** Programs that it needs besides Watchfire's own. */
  needs?: readonly string[];
  /** The Redis that is there. `start`: none, `npm start` of the page brings its own. Default: one that keeps nothing. */
  redis?: 'start' | 'kept';
  setUp?: (scene: Scene) => Promise<void>;
  steps: readonly Step[];
}>;

export type Step = Readonly<{
  /** How the block begins, as no other one of the page. */
  begins: string;
  /** What happens before it is run. */
  before?: (scene: Scene) => Promise<void>;
  /** The command whose output the block is, where it does not stand in it. `null`: that of what runs on already. */
  of?: string | null;
  /** Whether lines of other things may come between those of the block, and its own in any order. */
  anyOrder?: boolean;
  /** The status with which its last command ends, where it is not 0. */
  status?: number;
  /** What has to be so behind it, and what it needs to do so. */
  after?: (scene: Scene) => Promise<void>;
}>;

/** The step of a story that runs a block, if any does. */
export const stepOf = (stories: readonly Story[], block: Block): Step | undefined =>
  stories
    .filter(({ page }) => page === block.page)
    .flatMap(({ steps }) => steps)
    .find((step) => begins(block, step.begins));
