import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Between two attacks. */
const PAUSE_MS = 120;

/** Between two attacks on the ids of everybody: workers need about a second to set the log straight. */
const IDS_EVERY_MS = 3_000;

/**
 * A log that is set straight keeps ten thousand applied entries at most, and the verdict needs all of them: so ids are attacked while there
 * are few.
 */
const FEW_ENTRIES = 4_000;

const LARGEST_ID = '18446744073709551615-18446744073709551615';

/** More than an entry may have, and far less than what would hold up Redis. */
const TOO_LARGE = 2_000_000;

/** A field by which the verdict tells forged entries from those of the engine; no rule heeds it. */
export const FORGED = 'forged-by';

type Attack = Readonly<{ id?: string; fields: string[] }>;

const event = (more: object): string[] => [
  'data',
  JSON.stringify({ event: 'order.failed', resource: { id: 'customer 1' }, payload: { total: 50 }, ...more }),
];

const forged = (...fields: string[]): string[] => [...fields, FORGED, 'hostile'];

/** The state-change event of an automation that has not fired, in the form in which the engine writes it. */
const forgedFiring = (): string[] =>
  forged(
    ...[
      'firing',
      'f'.repeat(32),
      'automation',
      'silent',
      'revision',
      '4',
      'path',
      '',
      'name',
      'n',
      'posture',
      'Proactive',
    ],
    ...[
      'state',
      'Triggered',
      'triggered',
      String(Date.now()),
      'decided',
      String(Date.now()),
      'labels',
      '{}',
      'event',
      '',
    ],
  );

/** Appends what a producer may, to the cost of others: ids of entries and of events, sizes, entries in forms of the engine. Trimming is not among it: what it takes away nobody can recompute. */
export class Hostile {
  readonly #redis: Redis;
  readonly #stream: string;
  readonly #random: () => number;
  #idsAt = Number.NEGATIVE_INFINITY;
  sent = 0;
  /** How many of them had an id that is no time of arrival. */
  unusable = 0;

  constructor(redis: Redis, stream: string, random: () => number) {
    this.#redis = redis;
    this.#stream = stream;
    this.#random = random;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // What Redis refuses, or takes with it as it dies, is as good as not sent.
      await this.#attack().catch(() => undefined);
      await pause(PAUSE_MS);
    }
  }

  async #attack(): Promise<void> {
    const { id, fields } = await this.#next();
    await this.#redis.xadd(this.#stream, id ?? '*', ...fields);
    this.sent += 1;
    if (id !== undefined) this.unusable += 1;
  }

  async #next(): Promise<Attack> {
    const now = performance.now();
    if (now - this.#idsAt > IDS_EVERY_MS && (await this.#redis.xlen(this.#stream)) < FEW_ENTRIES) {
      this.#idsAt = now;
      const ahead = `${Date.now() + 20 * 60_000}-0`;
      return { id: this.#random() < 0.5 ? LARGEST_ID : ahead, fields: this.#form() };
    }
    return { fields: this.#form() };
  }

  #form(): string[] {
    const soon = Date.now() + Math.floor(this.#random() * 200);
    const forms: readonly (() => string[])[] = [
      () => event({ id: `entry-${soon}-0` }),
      () => event({ id: `s-${'0'.repeat(32)}` }),
      () => event({ payload: { text: 'x'.repeat(TOO_LARGE) } }),
      () => ['\0'.repeat(1_000), 'x'],
      forgedFiring,
      () => forged('released', JSON.stringify({ id: 'e-1', event: 'order.failed', resource: { id: 'customer 1' } })),
      () => forged('straightened', `${soon}-0`, 'event', 'order.failed', 'resource.id', 'customer 1'),
      // Nothing is wrong with this one.
      () => event({ id: `h-${this.sent}` }),
    ];
    return forms[Math.floor(this.#random() * forms.length)]?.() ?? [];
  }
}
