import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Damage, forgetDamage } from '../redis/damage.ts';
import { plannedAutomations } from '../redis/planned.ts';
import { mendDeadlines } from '../redis/steps/mend-deadlines.ts';
import { mendKeys } from '../redis/steps/mend-keys.ts';
import { mendTriggers } from '../redis/steps/mend-triggers.ts';
import type { Store } from '../redis/store.ts';

/** Automations of one look: they are read and compiled, a few milliseconds. */
const PAGE = 100;

/** Most pages of a round in which something is found; any other round looks at one. The next round goes on where it ended. */
const PAGES_PER_ROUND = 20;

export type MenderParts = Readonly<{ redis: Redis; store: Store; logger: Logger }>;

/** Puts right what others did to keys of the engine, as far as it is known elsewhere, and says so. Any number may do it at the same time. */
export class Mender {
  readonly #parts: MenderParts;
  #from = 0;
  /** Whether something was found since the last round began. */
  #suspicious = false;
  /** Redis time (ms) of the newest damage that was logged. Older damage was there before this worker began, which logs none of it. */
  #toldAt = -1;
  /** The mark of the namespace at the last look; null before the first. Another one says that all keys were lost. */
  #mark: string | null = null;

  constructor(parts: MenderParts) {
    this.#parts = parts;
  }

  /**
   * One look at the keys that stand alone.
   * @param generation that the worker knows
   * @returns whether the namespace has lost all of its keys, or their copies, since the last look
   */
  async keys(generation: string): Promise<boolean> {
    const { redis, store } = this.#parts;
    const { mark, found } = await mendKeys(redis, store, generation, randomUUID());
    if (found.length > 0) this.#suspicious = true;
    const another = this.#mark !== null && this.#mark !== mark;
    this.#mark = mark;
    return another;
  }

  /** One round through the automations. @param nowMs Redis time */
  async automations(nowMs: number): Promise<void> {
    const { redis, store } = this.#parts;
    if (this.#toldAt < 0) this.#toldAt = nowMs;
    this.#log(await forgetDamage(redis, store, nowMs));
    let pages = this.#suspicious ? PAGES_PER_ROUND : 1;
    this.#suspicious = false;
    for (; pages > 0; pages -= 1) {
      const { generation, automations, last } = await plannedAutomations(redis, store, this.#from, PAGE);
      const repaired = automations.length > 0 ? await mendTriggers(redis, store, generation, automations) : null;
      for (const name of repaired?.gaps ?? []) await this.#complete(name);
      if ((repaired?.found ?? []).length > 0) this.#suspicious = true;
      if (this.#suspicious) pages = Math.max(pages, 2);
      this.#from = last ? 0 : this.#from + PAGE;
      if (last) return;
    }
  }

  async #complete(name: string): Promise<void> {
    const { redis, store } = this.#parts;
    for (let cursor: string | null = '0'; cursor !== null; ) cursor = await mendDeadlines(redis, store, name, cursor);
  }

  /** Logs what was noted since the last round, by whichever worker or step. */
  #log(damage: readonly Damage[]): void {
    const known = this.#toldAt;
    for (const { key, lost, sentence, atMs } of damage) {
      if (atMs <= known) continue;
      this.#toldAt = Math.max(this.#toldAt, atMs);
      this.#suspicious = true;
      if (lost) this.#parts.logger.error({ key, found: sentence }, 'a key was removed or changed by others');
      else this.#parts.logger.warn({ key, found: sentence }, 'a key was removed or changed by others, and is mended');
    }
  }
}
