import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import { countsOfWords } from '../redis/counters.ts';
import { everyKey, noteDamage } from '../redis/damage.ts';
import { currentGeneration } from '../redis/definitions.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../redis/keys.ts';
import { isAfter } from '../redis/log.ts';
import { audit, type LogFinding } from '../redis/steps/audit.ts';
import { recount } from '../redis/steps/recount.ts';
import type { Store } from '../redis/store.ts';
import type { Mender } from './mender.ts';
import { Rise } from './rise.ts';

export type AuditorParts = {
  redis: Redis;
  store: Store;
  logger: Logger;
  definitions: LoadedDefinitions;
  mender: Mender;
};

/** The position now and at the last look, whether the namespace is another one than then, and whether the position went back. */
type Looks = Readonly<{ position: string; was: string; another: boolean; wentBack: boolean }>;

/**
 * Notices what others did to the engine's keys, reports it once, and mends the state so that no entry is skipped before it is
 * applied. Any number of them may look at the same time.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  /** The furthest position that this process has seen. */
  #position = '0-0';
  /** The generation at the last look. */
  #generation = '0';
  /** How often a quota kept a key from its window. */
  readonly #refused = new Rise();
  /** How many entries were rejected. */
  readonly #rejected = new Rise();

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** One look. @returns the position */
  async runOnce(): Promise<string> {
    const { redis, store, definitions, mender } = this.#parts;
    const another = await mender.keys(definitions.view.generation);
    const { position, findings } = await audit(redis, store);
    await recount(redis, store.keys.events, ENGINE_GROUP);
    await recount(redis, store.keys.firings, ACTIONS_GROUP);
    for (const finding of findings) this.#tell(finding);
    const explained = findings.some(({ kind }) => kind === 'position-ahead' || kind === 'log-replaced');
    const was = this.#position;
    this.#position = position;
    await this.#compare({ position, was, another, wentBack: !explained && isAfter(was, position) });
    await this.#tellCounts();
    return position;
  }

  /** Redis can have gone back to an older state, or to none: numbers of generations are given away once more then. */
  async #compare({ position, was, another, wentBack }: Looks): Promise<void> {
    const { redis, store, logger, definitions } = this.#parts;
    const generation = await currentGeneration(redis, store);
    const generationWas = this.#generation;
    this.#generation = generation;
    const lost = wentBack || Number(generation) < Number(generationWas);
    if (lost) {
      const fields = { position, positionWas: was, generation, generationWas };
      logger.error(
        fields,
        'Redis has lost state (FLUSHALL, a failover or an older copy); going on with what it has now',
      );
    } else if (another)
      logger.error({ key: store.keys.copies }, 'a key was removed by others, perhaps with all others');
    if (lost || another) {
      const key = lost ? everyKey(store) : store.keys.copies;
      const sentence = lost
        ? `Redis has ${another ? 'lost all of its state' : 'an older state'}: generation ${generation} (was ${generationWas}), position ${position} (was ${was}); put the automations again that are missing`
        : 'was deleted, perhaps with other keys: see that all automations are there';
      await noteDamage(redis, store, { key, lost: another, sentence });
      await definitions.reload();
      return;
    }
    // Where no entry comes, nothing else shows that automations were changed.
    if (generation !== definitions.view.generation) await definitions.refresh();
  }

  /** Reports once that a quota is used up, or that entries were rejected. What such an entry says stands in its dead letter alone. */
  async #tellCounts(): Promise<void> {
    const { redis, store, logger } = this.#parts;
    const counts = await countsOfWords(redis, store, ['over-limit', 'rejected']);
    const [refused, rejected] = [this.#refused.look(counts['over-limit']), this.#rejected.look(counts.rejected)];
    if (refused > 0) logger.warn({ refused }, 'a quota of open windows is used up, further keys are not watched');
    if (rejected > 0) logger.warn({ rejected }, 'entries were rejected, they are with the dead letters');
  }

  #tell({ kind, detail }: LogFinding): void {
    const { logger, store } = this.#parts;
    const { events: stream, position: key } = store.keys;
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
        logger.error(
          { key, position: detail },
          'the position was lost; it is found again by its copy, or by the ids that are remembered',
        );
        return;
      case 'position-ahead':
        logger.error(
          { key, position: detail },
          'the position was ahead of the log; it is put back to what the remembered ids say',
        );
        return;
      default:
        kind satisfies never;
    }
  }
}
