import type { Dice } from './dice.ts';

const PROTO = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
] as const;
const NAMES = ['order.placed', 'order.failed', 'beat', 'job.started', 'job.done', 'prefect.log.write', 'x'] as const;
const LABELS = ['id', 'zone', 'role', 'name', 'prefect.resource.id', 'a.b', 'a:b', '', ' ', 'ä', '💥'] as const;
const CLOCKS = [
  '1970-01-01T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '2024-06-30T23:59:60Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T00:00:00+25:00',
  '2024-01-01T00:00:00-23:59',
  '2024-01-01 00:00:00',
  '2024-W01-1',
  '20240101T000000Z',
  '2024-01-01T00:00:00.123456789Z',
  'now',
  '',
  '1700000000',
  'NaN',
] as const;
const TEXTS = [
  '',
  ' ',
  '\0',
  '\u0001',
  '\ud800',
  '\udfff\ud800',
  '\ufffd',
  '\u2028',
  '\u202e',
  'é'.normalize('NFD'),
  '💥',
  '*',
  '[!a-',
  '{{event.id}}',
  '%s%n',
  '1e999',
  '-0',
  'null',
  "'); redis.call('FLUSHALL')--",
  '}:position',
  'r\r\nFLUSHALL\r\n',
] as const;
const NUMBERS = [0, -0, 1, -1, 0.1, 1e20, 1e308, -1e308, 2 ** 53, 2 ** 53 + 2, 5e-324, 2 ** 31, 2 ** 63] as const;

/** Longest texts by how often they come: most are short, a few are beyond every limit. */
const LENGTHS = [
  [900, 12],
  [90, 200],
  [9, 2_000],
  [1, 70_000],
] as const;

/** Values in which something is wrong more often than not. */
export class Values {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  text(): string {
    const dice = this.#dice;
    return dice.weighted([
      [3, () => dice.pick(TEXTS)],
      [1, () => dice.pick(PROTO)],
      [3, () => this.#letters()],
      [1, () => dice.bytes(24).toString('latin1')],
      [1, () => String.fromCharCode(...dice.list(12, () => dice.below(0x10000)))],
    ]);
  }

  name(): string {
    return this.#dice.chance(0.9) ? this.#dice.pick(NAMES) : this.text();
  }

  label(): string {
    return this.#dice.weighted([
      [8, () => this.#dice.pick(LABELS)],
      [1, () => this.#dice.pick(PROTO)],
      [1, () => this.text()],
    ]);
  }

  /** @param nowMs what a sound event would tell */
  clock(nowMs: number): string {
    const dice = this.#dice;
    return dice.weighted([
      [4, () => new Date(nowMs - dice.below(30_000)).toISOString()],
      [1, () => new Date(nowMs + (dice.roll() - 0.5) * 1e12).toISOString()],
      [1, () => dice.pick(CLOCKS)],
    ]);
  }

  /** Any JSON value. @param depth how much deeper it may go */
  json(depth = 4): unknown {
    const dice = this.#dice;
    const leaves = [
      [3, () => this.text()],
      [2, () => dice.pick(NUMBERS) as unknown],
      [1, () => dice.pick([true, false, null]) as unknown],
    ] as const;
    if (depth === 0) return dice.weighted<unknown>(leaves);
    return dice.weighted<unknown>([
      ...leaves,
      [1, () => dice.list(4, () => this.json(depth - 1))],
      [2, () => this.object(() => this.json(depth - 1))],
    ]);
  }

  /** An object that may well have an own key `__proto__`. */
  object(value: () => unknown): Record<string, unknown> {
    return Object.fromEntries(this.#dice.list(5, () => [this.label(), value()]));
  }

  #letters(): string {
    const most = this.#dice.weighted(LENGTHS.map(([weight, length]) => [weight, () => length] as const));
    return 'abcdefghij'.repeat(Math.ceil(most / 10)).slice(0, this.#dice.below(most) + 1);
  }
}
