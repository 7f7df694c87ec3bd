import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { closingOf, groupEntries } from '../redis/closings.ts';
import { ledgerEntries } from '../redis/ledger.ts';
import { finishWaiting } from '../redis/steps/finish-waiting.ts';
import { takeWaiting, type Waiting } from '../redis/steps/take-waiting.ts';
import type { Store } from '../redis/store.ts';
import type { Dispatch } from './dispatch.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { QueueJob } from './jobs.ts';
import { groupJob, summaryJobs } from './later-jobs.ts';
import type { PreparedFiring } from './prepared-firings.ts';

/** How long what is due is this relay's: far above what a live one needs. A mistake only costs repeats that BullMQ drops. */
const LEASE_MS = 30_000;

/** Longest wait between two looks: another relay may have added something. */
const LOOK_EVERY_MS = 1_000;

export type WaitingJobsParts = Readonly<{
  redis: Redis;
  store: Store;
  logger: Logger;
  dispatch: Dispatch;
  gatekeeper: Gatekeeper;
}>;

/** The jobs of something that waited; null: not all of them are in their queues yet. */
type Sent = readonly QueueJob[] | null;

/**
 * What the gate kept for later, when its time has come: firings that were held, groups, summaries of budgets. Each has one job id however
 * often it is sent, so a relay that dies between the job and the note of it costs a repeat that BullMQ drops.
 */
export class WaitingJobs {
  readonly #parts: WaitingJobsParts;

  constructor(parts: WaitingJobsParts) {
    this.#parts = parts;
  }

  /** Sends what is due. @param since the connection before, as Dispatch needs it @returns its jobs, and when to look again, in ms from now */
  async runOnce(since: number): Promise<{ jobs: QueueJob[]; afterMs: number }> {
    const { redis, store } = this.#parts;
    const { due, nextMs } = await takeWaiting(redis, store, { leaseMs: LEASE_MS });
    const jobs: QueueJob[] = [];
    // One after the other: what began an alert goes out before what ends it.
    for (const one of due) {
      const sent = await this.#send(one, since);
      if (sent === null) continue;
      jobs.push(...sent);
      await finishWaiting(redis, store, one.member);
    }
    return { jobs, afterMs: Math.min(nextMs ?? LOOK_EVERY_MS, LOOK_EVERY_MS) };
  }

  async #send(one: Waiting, since: number): Promise<Sent> {
    const jobs = await this.#jobsOf(one);
    return (await this.#parts.dispatch.add(jobs, since)) ? jobs : null;
  }

  async #jobsOf(one: Waiting): Promise<readonly QueueJob[]> {
    switch (one.kind) {
      case 'held':
        return await this.#held(one.entry, one.till);
      case 'group':
        return await this.#group(one.id);
      case 'summary':
        return await this.#summary(one.id);
      default:
        return one satisfies never;
    }
  }

  async #held(entry: string, till: number): Promise<readonly QueueJob[]> {
    const [held] = await this.#prepare([entry]);
    return held?.about ? await this.#parts.gatekeeper.release({ ...held, ...held.about }, till) : [];
  }

  async #group(id: string): Promise<readonly QueueJob[]> {
    const { redis, store } = this.#parts;
    const index = Number(id.slice(id.lastIndexOf('-') + 1));
    const firings = await this.#prepare(await groupEntries(redis, store, id));
    const [first, ...others] = firings.flatMap(({ jobs }) => jobs.filter(({ data }) => data.action_index === index));
    return first ? [groupJob(id, [first, ...others])] : [];
  }

  async #summary(id: string): Promise<readonly QueueJob[]> {
    const { redis, store, logger } = this.#parts;
    const closing = await closingOf(redis, store, id);
    if (closing === null) return [];
    const { automation, count, entry } = closing;
    logger.warn({ automation, held: count }, 'budget was used up, firings were held back');
    const [first] = await this.#prepare([entry]);
    return summaryJobs(closing, first?.jobs ?? []);
  }

  /** The firings that stand at these entries of the ledger, as they would be relayed now. */
  async #prepare(entries: readonly string[]): Promise<readonly PreparedFiring[]> {
    const { redis, store, logger, dispatch } = this.#parts;
    const found = await ledgerEntries(redis, store, entries);
    const prepared = await dispatch.prepare(entries.map((id, i) => ({ id, fields: found[i]?.[1] ?? null })));
    for (const { entry, rejection } of prepared) {
      if (rejection === null) continue;
      logger.error({ entry: entry.id, reason: rejection }, 'firing that waited cannot be relayed whole');
    }
    return prepared;
  }
}
