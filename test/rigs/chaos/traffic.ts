import type { Json } from '../../oracle/event.ts';
import { PATTERNS } from './traffic-patterns.ts';

const reactive = (expect: (string | Json)[], more: object = {}): Json => ({ posture: 'Reactive', expect, ...more });
const each = { for_each: ['id'] };
const page = { type: 'queue', queue: 'pages', name: 'page' };

/**
 * Automations of every kind, all of which fire under the traffic. The first one hears the engine's own events, so that those are in
 * the log from the beginning.
 */
export const AUTOMATIONS: readonly Json[] = [
  {
    id: 'often-silent',
    name: 'many jobs never finished',
    trigger: reactive(['automation.triggered'], { match: { id: 'automation.silent' }, threshold: 10, within: 120 }),
    actions: [page],
  },
  {
    id: 'failures',
    name: 'failures of a customer',
    trigger: reactive(['order.failed'], { threshold: 8, within: 60, ...each }),
    actions: [{ type: 'ring' }],
  },
  {
    id: 'packed-twice',
    name: 'packed again after it was placed',
    trigger: reactive(['order.packed'], { after: ['order.placed'], threshold: 3, within: 20, ...each }),
    actions_on_trigger: [page],
  },
  {
    id: 'silent',
    name: 'started and never finished',
    trigger: { posture: 'Proactive', after: ['job.started'], expect: ['job.done'], within: 10, ...each },
    actions: [page],
    actions_on_resolve: [{ type: 'all-clear' }],
  },
  {
    id: 'heartbeat',
    name: 'a machine went silent',
    trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], within: 10, ...each },
    actions: [{ type: 'ring' }, page],
    actions_on_resolve: [page],
  },
  {
    id: 'backup',
    name: 'no backup',
    trigger: { posture: 'Proactive', expect: ['backup.done'], within: 12 },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'zone',
    name: 'a zone went silent',
    trigger: { posture: 'Proactive', expect: ['beat'], within: 10, for_each: ['zone'], repeat: false },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'steps',
    name: 'placed, packed, failed',
    trigger: {
      type: 'sequence',
      within: 30,
      ...each,
      triggers: ['order.placed', 'order.packed', 'order.failed'].map((name) =>
        reactive([name], { threshold: 2, within: 15, ...each }),
      ),
    },
    actions: [{ type: 'ring' }, page],
  },
  {
    id: 'both',
    name: 'unfinished job and no backup',
    trigger: {
      type: 'compound',
      require: 'all',
      within: 60,
      triggers: [
        { posture: 'Proactive', after: ['job.started'], expect: ['job.done'], within: 11, ...each },
        { posture: 'Proactive', expect: ['backup.done'], within: 11 },
      ],
    },
    actions: [page],
  },
  ...PATTERNS,
];

const ORDERS = ['order.placed', 'order.packed', 'order.failed', 'order.paid', 'order.seen'];
const RUBBISH = [
  '{',
  'null',
  '{"event":"a"}',
  '{"event":1,"resource":{"id":"r"}}',
  '{"event":"a","resource":{"id":7}}',
];

/** Machines that beat, and how long one that goes silent stays so (ms). */
const MACHINES = 24;
const SILENCE_MS = 14_000;
const CUSTOMERS = 60;
/** How far back repeats reach. */
const RECENT = 2_000;

/** `occurred`: where an event tells of what happened before another one that it comes behind. */
type Happening = { name: string; resource: Record<string, string>; occurred?: number };

type Later = { at: number; happening: Happening };

/** The fields of entries, one after the other: in order and not, late and early, repeated, following others, and no events at all. */
export class Traffic {
  readonly #random: () => number;
  readonly #prefix: string;
  readonly #recent: string[] = [];
  readonly #later: Later[] = [];
  readonly #silentUntil = new Map<number, number>();
  #count = 0;
  #nextBackup = 0;
  /** How many entries were no events. */
  rubbish = 0;

  /** @param prefix of the ids of all events */
  constructor(random: () => number, prefix = 'e') {
    this.#random = random;
    this.#prefix = prefix;
  }

  next(nowMs: number): string[] {
    const roll = this.#random();
    this.#count += 1;
    if (roll < 0.002) return this.#rubbish();
    const again = this.#recent[this.#below(this.#recent.length)];
    if (roll < 0.02 && again !== undefined) return ['data', again];
    const { name, resource, occurred = nowMs + this.#skew() } = this.#happening(nowMs);
    if (roll < 0.03)
      return ['event', name, ...Object.entries(resource).flatMap(([label, value]) => [`resource.${label}`, value])];
    const document = JSON.stringify({
      ...(roll < 0.04 ? {} : { id: `${this.#prefix}-${this.#count}` }),
      event: roll > 0.995 ? 'prefect.log.write' : name,
      resource,
      occurred: new Date(occurred).toISOString(),
      payload: { total: this.#below(100), shop: `shop ${this.#below(3)}` },
      ...this.#follows(),
    });
    this.#recent[this.#count % RECENT] = document;
    return ['data', document];
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #rubbish(): string[] {
    this.rubbish += 1;
    return ['data', RUBBISH[this.#below(RUBBISH.length)] ?? '{'];
  }

  /** Most events tell the present; some come late by up to 20 s, a few from the future. */
  #skew(): number {
    const roll = this.#random();
    if (roll < 0.85) return 0;
    return roll < 0.995 ? -this.#below(20_000) : this.#below(3_600_000);
  }

  #follows(): Json {
    if (this.#random() > 0.03) return {};
    const leader = this.#count + [-3, -1, 1, 2, 5][this.#below(5)]!;
    return leader > 0 ? { follows: `${this.#prefix}-${leader}` } : {};
  }

  #happening(nowMs: number): Happening {
    const [due] = this.#later;
    if (due !== undefined && due.at <= nowMs) {
      this.#later.shift();
      return due.happening;
    }
    if (this.#nextBackup <= nowMs) {
      this.#nextBackup = nowMs + 4_000 + this.#below(20_000);
      return { name: 'backup.done', resource: { id: 'backup' } };
    }
    const roll = this.#random();
    if (roll < 0.03) return this.#start(nowMs);
    if (roll < 0.15) return this.#beat(nowMs);
    return { name: ORDERS[this.#below(ORDERS.length)] ?? '', resource: { id: `customer ${this.#below(CUSTOMERS)}` } };
  }

  /** Some jobs end in time, some too late, some never; of some the end comes before the beginning. */
  #start(nowMs: number): Happening {
    const resource = { id: `job.${this.#count}` };
    const roll = this.#random();
    if (roll > 0.95 && roll < 0.97) {
      this.#wait({
        at: nowMs + this.#below(20_000),
        happening: { name: 'job.started', resource, occurred: nowMs - 1 },
      });
      return { name: 'job.done', resource };
    }
    if (roll < 0.95) {
      const at = nowMs + (roll < 0.8 ? this.#below(8_000) : this.#below(20_000));
      this.#wait({ at, happening: { name: 'job.done', resource } });
    }
    return { name: 'job.started', resource };
  }

  #wait(later: Later): void {
    this.#later.push(later);
    this.#later.sort((a, b) => a.at - b.at);
  }

  #beat(nowMs: number): Happening {
    const machine = this.#below(MACHINES);
    const silent = (this.#silentUntil.get(machine) ?? 0) > nowMs;
    if (silent) return { name: 'order.seen', resource: { id: 'customer 0' } };
    if (this.#random() < 0.01) this.#silentUntil.set(machine, nowMs + SILENCE_MS);
    return { name: 'beat', resource: { id: `machine+${machine}`, zone: `zone,${machine % 8}` } };
  }
}
