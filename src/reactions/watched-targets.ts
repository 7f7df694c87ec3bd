import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import { InvalidDocument } from '../errors.ts';
import { NO_TARGETS, readTargets, type Targets } from './targets-file.ts';

export type WatchedTargetsParts = Readonly<{
  /** The targets file; null: there are no targets */
  file: string | null;
  env: Readonly<NodeJS.ProcessEnv>;
  logger: Logger;
}>;

/** The targets as they stand in the file now. A file with an error changes nothing: the log says what is wrong, once. */
export class WatchedTargets {
  readonly #parts: WatchedTargetsParts;
  #current: Targets = NO_TARGETS;
  /** The files that it was read from, and how they were then. */
  #files: readonly string[];
  #seen = '';

  /** @throws InvalidDocument when the file is wrong at the start */
  constructor(parts: WatchedTargetsParts) {
    this.#parts = parts;
    this.#files = parts.file === null ? [] : [parts.file];
    if (parts.file === null) return;
    this.#current = readTargets(parts.file, parts.env);
    this.#files = this.#current.files;
    this.#seen = this.#marks();
  }

  get current(): Targets {
    return this.#current;
  }

  /** Reads the file again if it, or a file that it names, has changed. */
  refresh(): void {
    const { file, env, logger } = this.#parts;
    const marks = this.#marks();
    if (file === null || marks === this.#seen) return;
    this.#seen = marks;
    try {
      this.#current = readTargets(file, env);
      this.#files = this.#current.files;
      this.#seen = this.#marks();
      logger.info({ targets: this.#current.kinds().length }, 'targets read again');
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      logger.error(
        { problems: error.problems.map(({ message }) => message) },
        'targets file is wrong, the old one stays',
      );
    }
  }

  #marks(): string {
    return this.#files.map(markOf).join(' ');
  }
}

function markOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return 'gone';
  }
}
