import type { Redis } from 'ioredis';
import { reasonOf } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import { parseAutomation } from '../model/automation.ts';

/** Documents kept parsed. A revision never changes, so this only bounds memory: a few kilobytes for each. */
const KEPT_DOCUMENTS = 1_000;

/** A revision of an automation as a firing names it. */
export type Version = { automation: string; revision: number };

/** The definition at a revision, or why there is none. */
export type Definition = { automation: Automation; missing?: undefined } | { automation: null; missing: string };

/** Automations as they were when they fired, read from the hashes `{ns}:automation:<id>` by revision. */
export class Definitions {
  readonly #redis: Redis;
  readonly #prefix: string;
  /** In order of use: the first one was not used for the longest time. */
  readonly #kept = new Map<string, Automation>();

  /** `prefix` is `prefixesOf(namespace).automation`. */
  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** The definitions of these versions, in their order; each missing one is read once. Rejects when Redis cannot be asked. */
  async load(versions: readonly Version[]): Promise<Definition[]> {
    const read = await this.#read(versions.filter((version) => !this.#kept.has(nameOf(version))));
    const definitions = versions.map((version) => {
      const name = nameOf(version);
      const kept = this.#kept.get(name);
      if (kept === undefined) return read.get(name) ?? { automation: null, missing: missing(version, 'is gone') };
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      return { automation: kept };
    });
    for (const [name, { automation }] of read) if (automation !== null) this.#kept.set(name, automation);
    this.#forget();
    return definitions;
  }

  async #read(versions: readonly Version[]): Promise<Map<string, Definition>> {
    const wanted = new Map(versions.map((version) => [nameOf(version), version]));
    const read = new Map<string, Definition>();
    if (wanted.size === 0) return read;
    const pipeline = this.#redis.pipeline();
    for (const { automation, revision } of wanted.values()) {
      pipeline.hget(`${this.#prefix}${automation}`, String(revision));
    }
    const replies = (await pipeline.exec()) ?? [];
    for (const [at, [name, version]] of [...wanted].entries()) {
      const [error, document] = replies[at] ?? [new Error('no reply'), null];
      if (error) throw error;
      if (typeof document === 'string') read.set(name, parse(version, document));
    }
    return read;
  }

  #forget(): void {
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_DOCUMENTS) return;
      this.#kept.delete(name);
    }
  }
}

function parse(version: Version, text: string): Definition {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold what nobody should read in a log.
    return { automation: null, missing: missing(version, 'is not JSON') };
  }
  try {
    return { automation: parseAutomation(document) };
  } catch (error) {
    return { automation: null, missing: missing(version, `cannot be read: ${reasonOf(error)}`) };
  }
}

function missing({ automation, revision }: Version, why: string): string {
  return `revision ${revision} of automation ${automation} ${why}`;
}

/** A revision is a number, so the first colon ends it. */
function nameOf({ automation, revision }: Version): string {
  return `${revision}:${automation}`;
}
