import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { TriggeredAction } from '../documents/got.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import { type CarriedAction, isCarriedType } from '../model/carried-actions.ts';
import { isMappedType } from '../model/prefect-actions.ts';
import { announce } from '../redis/steps/announce.ts';
import type { Store } from '../redis/store.ts';
import { Deliveries } from '../relay/deliveries.ts';
import { noteTry } from '../relay/note-try.ts';
import { NotYet } from '../relay/outcome.ts';
import { type DeliveryJob, filledIn, inTime, type Tools, timeoutOf } from './carrying.ts';
import { appendEvent, switchAutomation, writeLine } from './engine-actions.ts';
import { checkedAction, type Handler } from './handler.ts';
import { sendMessage, sendWebhook } from './sending.ts';
import type { WatchedTargets } from './watched-targets.ts';
import type { WayOut } from './way-out.ts';

/** Deliveries under way at a time in one program: most of them wait for others. */
export const CONCURRENCY = 20;

/** Between two looks whether the targets file has changed. */
const REFRESH_MS = 2_000;

/** Longest wait of `stop` for what is under way. */
const STOP_GRACE_MS = 4_000;

/** How soon a job of a type that this program does not know is offered to others again. */
const UNKNOWN_AGAIN_MS = 5_000;

export type ActionsParts = Readonly<{
  redis: Redis;
  /** A connection for BullMQ, which `stop` ends */
  connection: Readonly<{ client: Redis; end: () => void }>;
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Where actions of type `log` write */
  lines: Logger;
  measures?: Measures | undefined;
  targets: WatchedTargets;
  way: WayOut;
  admit: Tools['admit'];
  /** What programs added, by type */
  handlers: ReadonlyMap<string, Handler>;
  concurrency?: number;
  /** How long a job is its program's without a sign, in ms; for tests */
  lockMs?: number;
  /** Certificates of authorities beside the usual ones, for tests */
  ca?: string | undefined;
}>;

/** Carries out actions: takes the jobs of the queue `deliveries`, any number of programs at once. */
export class Actions implements Service {
  readonly #parts: ActionsParts;
  readonly #tools: Tools;
  readonly #deliveries: Deliveries;
  readonly #refresh: Loop;

  constructor(parts: ActionsParts) {
    const {
      redis,
      connection,
      store,
      clock,
      logger,
      lines,
      targets,
      way,
      admit,
      measures,
      ca,
      concurrency = CONCURRENCY,
      lockMs,
    } = parts;
    this.#parts = parts;
    this.#tools = { redis, store, logger, lines, targets, way, admit, nowMs: () => clock.nowMs(), ca };
    this.#deliveries = new Deliveries({
      connection,
      prefix: store.prefixes.bull,
      logger,
      concurrency,
      ...(lockMs === undefined ? {} : { lockMs }),
      carryOut: (job, id, traceparent) => this.carryOut(job, id, traceparent),
      measures,
      note: (noted) => noteTry({ redis, store, nowMs: clock.nowMs() }, noted),
      redacted: (text) => targets.current.redacted(text),
    });
    this.#refresh = new Loop({ clock, logger, measures, name: 'targets' }, async () => {
      targets.refresh();
      return REFRESH_MS;
    });
  }

  /** Announces the types that were added, and begins. */
  async ready(): Promise<void> {
    const { redis, store, handlers } = this.#parts;
    for (const [type, { schema }] of handlers) await announce(redis, store, type, schema);
    this.start();
  }

  start(): void {
    this.#refresh.start();
    this.#deliveries.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#refresh.stop(), this.#deliveries.stop(STOP_GRACE_MS)]);
  }

  /** Carries out one job. @throws FailedForGood, TryAgain, NotYet */
  async carryOut(
    job: TriggeredAction,
    id: string,
    traceparent: string | null = null,
  ): Promise<Record<string, unknown>> {
    const { type } = job.action;
    const own = this.#parts.handlers.get(type);
    if (own !== undefined) {
      const action = checkedAction(own, job);
      const answer = await inTime(
        timeoutOf(job.action),
        async (signal) => await own.carryOut({ id, job, action, signal }),
      );
      return { answer: answer ?? null };
    }
    if (!isCarriedType(type) && !isMappedType(type)) {
      throw new NotYet(`this program carries out no actions of type ${type}`, UNKNOWN_AGAIN_MS);
    }
    const action = filledIn(job);
    return await this.#carryOutOwn({ id, job, action, timeoutMs: timeoutOf(job.action), traceparent });
  }

  async #carryOutOwn(delivery: DeliveryJob<CarriedAction>): Promise<Record<string, unknown>> {
    const { action } = delivery;
    switch (action.type) {
      case 'webhook':
        return await sendWebhook(this.#tools, { ...delivery, action });
      case 'notify':
        return await sendMessage(this.#tools, { ...delivery, action });
      case 'event':
        return await appendEvent(this.#tools, { ...delivery, action });
      case 'pause':
      case 'resume':
        return await switchAutomation(this.#tools, { ...delivery, action });
      case 'log':
        return writeLine(this.#tools, { ...delivery, action });
      default:
        return action satisfies never;
    }
  }
}
