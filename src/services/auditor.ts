import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import { currentGeneration } from '../redis/definitions.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../redis/keys.ts';
import { isAfter } from '../redis/log.ts';
import { timesOverQuota } from '../redis/quotas.ts';
import { audit, type LogFinding } from '../redis/steps/audit.ts';
import { recount } from '../redis/steps/recount.ts';
import type { Store } from '../redis/store.ts';

export type AuditorParts = { redis: Redis; store: Store; logger: Logger; definitions: LoadedDefinitions };

/** After this many looks (a minute) without a key that was kept from its window, the next such key is logged again. */
const QUIET_LOOKS = 12;

/**
 * Notices what others did to the engine's keys, reports it once, and mends the state so that no entry is skipped before it is
 * applied. Any number of them may look at the same time.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  /** The furthest position that this process has seen. */
  #position = '0-0';
  /** How often a quota had kept a key from its window at the last look; null before the first. */
  #refused: number | null = null;
  #quietLooks = QUIET_LOOKS;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** One look. @returns the position */
  async runOnce(): Promise<string> {
    const { redis, store, logger, definitions } = this.#parts;
    const { position, findings } = await audit(redis, store);
    await recount(redis, store.keys.events, ENGINE_GROUP);
    await recount(redis, store.keys.firings, ACTIONS_GROUP);
    for (const finding of findings) this.#tell(finding);
    const was = { position: this.#position, generation: definitions.view.generation };
    const generation = await currentGeneration(redis, store);
    const older = Number(generation) < Number(was.generation);
    const explained = findings.some(({ kind }) => kind === 'position-ahead' || kind === 'log-replaced');
    this.#position = position;
    const lost = older || (!explained && isAfter(was.position, position));
    if (lost) {
      const fields = { position, positionWas: was.position, generation, generationWas: was.generation };
      logger.error(
        fields,
        'Redis has lost state (FLUSHALL, a failover or an older copy); going on with what it has now',
      );
    }
    if (lost) await definitions.reload();
    await this.#tellQuotas();
    return position;
  }

  /** Reports once that a quota is used up, and not for each event that it concerns. */
  async #tellQuotas(): Promise<void> {
    const { redis, store, logger } = this.#parts;
    const refused = await timesOverQuota(redis, store);
    const more = refused - (this.#refused ?? refused);
    this.#refused = refused;
    if (more <= 0) {
      this.#quietLooks += 1;
      return;
    }
    if (this.#quietLooks >= QUIET_LOOKS) {
      logger.warn({ refused: more }, 'a quota of open windows is used up, further keys are not watched');
    }
    this.#quietLooks = 0;
  }

  #tell({ kind, detail }: LogFinding): void {
    const { logger, store } = this.#parts;
    const stream = store.keys.events;
    switch (kind) {
      case 'entries-lost':
        logger.error({ stream, lost: Number(detail) }, 'entries were removed before they were applied');
        return;
      case 'deleted-ahead':
        logger.error({ stream, entry: detail }, 'an entry that is not applied yet was deleted');
        return;
      case 'log-replaced':
        logger.error({ stream, last: detail }, 'the log was deleted or replaced; going on with what is there now');
        return;
      case 'position-lost':
        logger.error({ position: detail }, 'the position was lost; found again by what is acknowledged');
        return;
      case 'position-ahead':
        logger.error({ position: detail }, 'the position was ahead of the log; put back to what is acknowledged');
        return;
      default:
        kind satisfies never;
    }
  }
}
