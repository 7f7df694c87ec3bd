import { NO_TARGETS, readTargets, type Targets } from './targets-file.ts';
import { WatchedFile, type WatchedFileParts } from './watched-file.ts';

export type WatchedTargetsParts = Pick<WatchedFileParts<Targets>, 'file' | 'env' | 'logger'>;

/** The targets as they stand in the file now. */
export class WatchedTargets extends WatchedFile<Targets> {
  /** @throws InvalidDocument when the file is wrong at the start */
  constructor(parts: WatchedTargetsParts) {
    super({
      ...parts,
      none: NO_TARGETS,
      read: readTargets,
      size: (targets) => targets.kinds().length,
      what: 'targets',
    });
  }
}
