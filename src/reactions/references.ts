import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { yamlParser } from '../documents/yaml-parser.ts';
import { InvalidDocument, reasonOf } from '../errors.ts';
import { each, joinPath } from '../model/issue.ts';
import { isRecord } from '../model/record.ts';

/** Largest file of settings, and largest file that one refers to, in bytes. */
export const FILE_LIMIT = 1_048_576;
const SECRET_LIMIT = 65_536;

/** A document with its references resolved. An alias of YAML can lead back to what holds it. @throws InvalidDocument */
export function resolvedBy(references: References, document: unknown): unknown {
  try {
    return references.resolve(document, '');
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidDocument('targets file', 'is nested too deep, or in itself');
    throw error;
  }
}

/** What a file of YAML says. `what`: its name in errors, which never show what stands there. @throws InvalidDocument */
export function parsedFile(text: string, what: string): unknown {
  try {
    return yamlParser().parse(text) as unknown;
  } catch (error) {
    // The first line says what and where; those below it show the text.
    throw new InvalidDocument(what, `must be YAML: ${reasonOf(error).replace(/:$/, '')}`);
  }
}

/** Resolves `${NAME}` and `file:PATH`, and remembers what it found. */
export class References {
  readonly files: string[] = [];
  readonly values: string[] = [];
  readonly #folder: string;
  readonly #env: Readonly<NodeJS.ProcessEnv>;

  constructor(file: string, env: Readonly<NodeJS.ProcessEnv>) {
    this.#folder = path.dirname(path.resolve(file));
    this.#env = env;
  }

  resolve(value: unknown, at: string): unknown {
    if (typeof value === 'string') return this.#text(value, at);
    if (Array.isArray(value)) return each(value, (one: unknown, i) => this.resolve(one, joinPath(at, i)));
    if (!isRecord(value)) return value;
    return Object.fromEntries(each(Object.entries(value), ([key, one]) => [key, this.resolve(one, joinPath(at, key))]));
  }

  read(file: string, at: string, limit: number): string {
    this.files.push(file);
    try {
      if (statSync(file).size > limit) throw new Error(`it has more than ${limit} bytes`);
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new InvalidDocument(at, `cannot read ${file}: ${reasonOf(error)}`);
    }
  }

  #text(text: string, at: string): string {
    if (text.startsWith('file:')) {
      const found = this.read(path.resolve(this.#folder, text.slice('file:'.length)), at, SECRET_LIMIT).trim();
      this.values.push(found);
      return found;
    }
    return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const found = this.#env[name];
      if (found === undefined || found === '') throw new InvalidDocument(at, `the environment has no ${name}`);
      this.values.push(found);
      return found;
    });
  }
}
