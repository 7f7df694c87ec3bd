import type { Redis } from 'ioredis';
import { reasonOf } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import { parseAutomation } from '../model/automation.ts';
import { documentsAt, type RevisionName } from '../redis/definitions.ts';
import { type AnnouncedTypes, announcedIn } from '../redis/handlers.ts';
import type { Store } from '../redis/store.ts';

/** Documents kept parsed. A revision never changes, so this only bounds memory: a few kilobytes for each. */
const KEPT_DOCUMENTS = 1_000;

/** The automation at a revision, or why there is none. */
export type Revision = { automation: Automation; missing?: undefined } | { automation: null; missing: string };

/** Automations as they were when they fired, read from the hashes `{wf}:automation:<id>` by revision. */
export class Revisions {
  readonly #redis: Redis;
  readonly #store: Store;
  /** In order of use: the first one was not used for the longest time. */
  readonly #kept = new Map<string, Automation>();

  constructor(redis: Redis, store: Store) {
    this.#redis = redis;
    this.#store = store;
  }

  /** The automations at these revisions, in their order; each one that is not kept is read once. Rejects when Redis cannot be asked. */
  async load(names: readonly RevisionName[]): Promise<Revision[]> {
    const read = await this.#read(names.filter((name) => !this.#kept.has(cacheKey(name))));
    const revisions = names.map((name) => {
      const key = cacheKey(name);
      const kept = this.#kept.get(key);
      if (kept === undefined) return read.get(key) ?? { automation: null, missing: missing(name, 'is gone') };
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return { automation: kept };
    });
    for (const [key, { automation }] of read) if (automation !== null) this.#kept.set(key, automation);
    this.#forget();
    return revisions;
  }

  /**
   * The announced types among those of their actions. It is asked anew for each batch: a type that was announced before one of these
   * firings was decided stands there by now, so that a repeat goes to the same queue.
   */
  async announced(revisions: readonly Revision[]): Promise<AnnouncedTypes> {
    return await announcedIn(
      this.#redis,
      this.#store,
      revisions.flatMap(({ automation }) => automation ?? []),
    );
  }

  async #read(names: readonly RevisionName[]): Promise<Map<string, Revision>> {
    const wanted = new Map(names.map((name) => [cacheKey(name), name]));
    const read = new Map<string, Revision>();
    if (wanted.size === 0) return read;
    const documents = await documentsAt(this.#redis, this.#store, [...wanted.values()]);
    for (const [at, [key, name]] of [...wanted].entries()) {
      const document = documents[at];
      if (typeof document === 'string') read.set(key, parse(name, document));
    }
    return read;
  }

  #forget(): void {
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_DOCUMENTS) return;
      this.#kept.delete(key);
    }
  }
}

function parse(name: RevisionName, text: string): Revision {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which does not belong in a log.
    return { automation: null, missing: missing(name, 'is not JSON') };
  }
  try {
    return { automation: parseAutomation(document) };
  } catch (error) {
    return { automation: null, missing: missing(name, `cannot be read: ${reasonOf(error)}`) };
  }
}

function missing({ automation, revision }: RevisionName, why: string): string {
  return `revision ${revision} of automation ${automation} ${why}`;
}

/** A revision is a number, so the first colon ends it. */
function cacheKey({ automation, revision }: RevisionName): string {
  return `${revision}:${automation}`;
}
