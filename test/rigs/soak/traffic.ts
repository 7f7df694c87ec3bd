import type { Json } from '../../oracle/event.ts';

const reactive = (expect: string[], more: object = {}): Json => ({ posture: 'Reactive', expect, ...more });
const each = { for_each: ['id'] };
/** One job for each time it triggers, gone as soon as it is done. */
const page = { actions: [{ type: 'queue', queue: 'pages', name: 'page', opts: { removeOnComplete: true } }] };

/** A mix of automations with one action each, which all fire at times. */
export const AUTOMATIONS: readonly Json[] = [
  {
    id: 'failures',
    name: 'failures of a user',
    trigger: reactive(['login.failed'], { threshold: 12, within: 60, ...each }),
    ...page,
  },
  {
    id: 'silent',
    name: 'a machine went silent',
    trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], within: 10, ...each },
    ...page,
  },
  {
    id: 'unfinished',
    name: 'started and not finished in time',
    trigger: { posture: 'Proactive', after: ['job.started'], expect: ['job.done'], within: 20, ...each },
    ...page,
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
    actions: [{ type: 'ring' }],
  },
  {
    id: 'both',
    name: 'a machine warned before it went silent',
    trigger: {
      type: 'compound',
      require: 'all',
      within: 60,
      triggers: [
        { posture: 'Proactive', after: ['beat'], expect: ['beat'], within: 11, ...each },
        reactive(['warning'], { threshold: 2, within: 60, ...each }),
      ],
    },
    actions: [{ type: 'ring' }],
  },
];

const USERS = 5_000;
const CUSTOMERS = 6_000;
const MACHINES = 1_000;
/** How long a machine that goes silent stays so, and how long a job takes at most: less than its automation allows. */
const SILENCE_MS = 15_000;
const JOB_MS = 8_000;

/**
 * Fields of entries without end. The number of keys is bounded and every job ends in time, since what is known of a key that went
 * silent is kept for 30 days.
 */
export class Traffic {
  readonly #random: () => number;
  readonly #jobs: { id: string; at: number }[] = [];
  readonly #silentUntil = new Map<number, number>();
  #last: string[] = [];
  #machine = 0;
  #count = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(nowMs: number): string[] {
    const roll = this.#random();
    this.#count += 1;
    if (roll < 0.001) return ['data', '{"event":7}'];
    if (roll < 0.003 && this.#last.length > 0) return this.#last;
    const { event, id } = this.#happening(nowMs);
    const occurred = new Date(nowMs - (roll > 0.95 ? this.#below(2_000) : 0)).toISOString();
    this.#last = ['data', JSON.stringify({ id: `e-${this.#count}`, event, resource: { id }, occurred })];
    return this.#last;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #happening(nowMs: number): { event: string; id: string } {
    if ((this.#jobs[0]?.at ?? nowMs + 1) <= nowMs) return { event: 'job.done', id: this.#jobs.shift()?.id ?? '' };
    const roll = this.#random();
    if (roll < 0.05) {
      const id = `job.${this.#count}`;
      this.#jobs.push({ id, at: nowMs + JOB_MS });
      return { event: 'job.started', id };
    }
    if (roll < 0.35) return { event: 'login.failed', id: `user.${this.#below(USERS)}` };
    if (roll < 0.65) {
      const event = ['order.placed', 'order.packed', 'order.failed'][this.#below(3)] ?? '';
      return { event, id: `customer.${this.#below(CUSTOMERS)}` };
    }
    if (roll < 0.7) return { event: 'noise', id: 'nobody' };
    this.#machine = (this.#machine + 1) % MACHINES;
    const id = `machine.${this.#machine}`;
    if ((this.#silentUntil.get(this.#machine) ?? 0) > nowMs) return { event: 'warning', id };
    if (this.#random() < 0.001) this.#silentUntil.set(this.#machine, nowMs + SILENCE_MS);
    return { event: 'beat', id };
  }
}
