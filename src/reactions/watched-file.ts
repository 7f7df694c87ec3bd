import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import { InvalidDocument } from '../errors.ts';

/** What a file says, and the files that it was made of, the file itself first. */
type Read = Readonly<{ files: readonly string[] }>;

export type WatchedFileParts<Content extends Read> = Readonly<{
  /** null: there is none */
  file: string | null;
  env: Readonly<NodeJS.ProcessEnv>;
  logger: Logger;
  /** What stands for no file. */
  none: Content;
  /** @throws InvalidDocument */
  read: (file: string, env: Readonly<NodeJS.ProcessEnv>) => Content;
  /** How many things are in it, for the log. */
  size: (content: Content) => number;
  /** What is in it, in the plural. */
  what: string;
}>;

/** What stands in a file of settings now. A file with an error changes nothing: the log says what is wrong, once. */
export class WatchedFile<Content extends Read> {
  readonly #parts: WatchedFileParts<Content>;
  #current: Content;
  /** The files that it was read from, and how they were then. */
  #files: readonly string[];
  #seen = '';

  /** @throws InvalidDocument when the file is wrong at the start */
  constructor(parts: WatchedFileParts<Content>) {
    this.#parts = parts;
    this.#current = parts.none;
    this.#files = parts.file === null ? [] : [parts.file];
    if (parts.file === null) return;
    this.#current = parts.read(parts.file, parts.env);
    this.#files = this.#current.files;
    this.#seen = this.#marks();
  }

  get current(): Content {
    return this.#current;
  }

  /** Reads the file again if it, or a file that it names, has changed. */
  refresh(): void {
    const { file, env, logger, read, size, what } = this.#parts;
    const marks = this.#marks();
    if (file === null || marks === this.#seen) return;
    this.#seen = marks;
    try {
      this.#current = read(file, env);
      this.#files = this.#current.files;
      this.#seen = this.#marks();
      logger.info({ [what]: size(this.#current) }, `${what} read again`);
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      logger.error(
        { problems: error.problems.map(({ message }) => message) },
        `${what} file is wrong, the old one stays`,
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
