import { Routing } from '../match/routing.ts';
import type { Event } from '../model/event.ts';
import { at } from '../redis/cluster.ts';
import { layoutThere } from '../redis/partitions.ts';
import { partitionStore, type Store } from '../redis/store.ts';
import { Admission, type AdmissionParts } from './admission.ts';

/** How long an event waits for the answer: while Redis is away it goes to the front log, when that can be. As the look at its room waits. */
export const ASK_PATIENCE_MS = 500;

/** Where an event is appended: `name` is that of the partition, `''` for the log of the namespace itself. */
export type Home = Readonly<{ name: string; store: Store; admission: Admission | null }>;

/**
 * Knows to which log an event goes. How the namespace is divided is asked once, beside the look that the first event waits for. Where
 * a namespace is divided later, or this user may not know it, events go to the front log, from where they are routed.
 */
export class Homes {
  readonly front: Home;
  readonly #parts: AdmissionParts;
  readonly #homes = new Map<string, Home>();
  #asked: Promise<Routing | null> | null = null;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.front = { name: '', store: parts.store, admission: null };
  }

  /**
   * The home of an event, once there is room in its log.
   * @param admitted what the log of the namespace itself says to that; null when the event may go at once
   * @throws Overloaded
   */
  async of(event: Event, admitted: Promise<void> | null, characters: number): Promise<Home> {
    // It is awaited below.
    admitted?.catch(() => undefined);
    // All wait for one promise, known or not: none overtakes another.
    this.#asked ??= this.#ask();
    const routing = await this.#asked;
    if (routing === null) {
      if (admitted !== null) await admitted;
      return this.front;
    }
    const home = this.#home(routing.partitionOf(event));
    const room = home.admission?.admit(characters) ?? null;
    if (room !== null) await room;
    return home;
  }

  async #ask(): Promise<Routing | null> {
    const { redis, store, clock } = this.#parts;
    const answered = new AbortController();
    const late = clock.sleep(ASK_PATIENCE_MS, answered.signal).then(() => undefined);
    const answer = layoutThere(redis, store).then((layout) => layout && new Routing(layout, () => false));
    try {
      const routing = await Promise.race([answer, late]);
      if (routing !== undefined) return routing;
      this.#asked = null;
      // It is asked again.
      answer.catch(() => undefined);
      return null;
    } catch {
      // Appending says itself when Redis cannot be used.
      this.#asked = null;
      return null;
    } finally {
      answered.abort();
    }
  }

  #home(name: string): Home {
    const known = this.#homes.get(name);
    if (known) return known;
    const store = partitionStore(this.#parts.store, name);
    const home = {
      name,
      store,
      admission: new Admission({ ...this.#parts, redis: at(this.#parts.redis, store), store }),
    };
    this.#homes.set(name, home);
    return home;
  }
}
