import type { Dice } from './dice.ts';
import { Values } from './values.ts';

/** Fields of an entry: name, value, name, value …, text or bytes. */
export type Fields = (string | Buffer)[];

type Document = Record<string, unknown>;

const KEYS = [
  'id',
  'event',
  'resource',
  'related',
  'payload',
  'occurred',
  'follows',
  'cause_chain',
  'received',
] as const;
const CLOUD = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'datacontenttype'] as const;
const FLAT = [
  'event',
  'id',
  'occurred',
  'follows',
  'resource',
  'related.0.id',
  'related.0.role',
  'related.9e9.id',
] as const;
const OWN = [
  'automation',
  'revision',
  'path',
  'name',
  'state',
  'triggered',
  'labels',
  'event',
  'children',
  'chain',
] as const;
/** Repeats reach back so far. */
const RECENT = 500;
/** Levels and bytes beyond what the engine takes: 500 and 1.5 million. */
const DEEPEST = 20_000;
const LARGEST = 2_000_000;

/** Entries of all kinds without end: sound ones, nearly sound ones and hostile ones. */
export class Entries {
  readonly #dice: Dice;
  readonly #values: Values;
  readonly #recent: Fields[] = [];
  #count = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#values = new Values(dice);
  }

  next(nowMs: number): Fields {
    this.#count += 1;
    const dice = this.#dice;
    const json = (document: unknown): Fields => ['data', JSON.stringify(document) ?? ''];
    const fields = dice.weighted<Fields>([
      [2_500, () => json(this.#sound(nowMs))],
      [2_500, () => json(this.#spoilt(this.#sound(nowMs), KEYS, nowMs))],
      [1_200, () => json(this.#values.json())],
      [1_000, () => ['data', this.#damaged(JSON.stringify(this.#sound(nowMs)))]],
      [300, () => ['data', dice.bytes(200)]],
      [1_000, () => this.#flat(nowMs)],
      [400, () => json(this.#spoilt(this.#cloud(nowMs), CLOUD, nowMs))],
      [300, () => this.#own(nowMs)],
      [300, () => this.#strange()],
      [300, () => this.#recent[dice.below(this.#recent.length)] ?? json(null)],
      [30, () => ['data', this.#deep()]],
      [5, () => ['data', this.#huge(nowMs)]],
    ]);
    this.#recent[this.#count % RECENT] = fields;
    return fields;
  }

  #sound(nowMs: number): Document {
    const dice = this.#dice;
    const follows = dice.chance(0.03) ? { follows: `e-${Math.max(1, this.#count - 3 + dice.below(6))}` } : {};
    const related = dice.chance(0.1) ? { related: [{ id: `u.${dice.below(9)}`, role: 'user' }] } : {};
    return {
      id: `e-${this.#count}`,
      event: this.#values.name(),
      resource: { id: `r.${dice.below(300)}`, zone: `z${dice.below(5)}` },
      occurred: new Date(nowMs - dice.below(3_000)).toISOString(),
      ...related,
      ...follows,
    };
  }

  /** With one to three things changed. */
  #spoilt(document: Document, keys: readonly [string, ...string[]], nowMs: number): Document {
    const dice = this.#dice;
    const spoilt: Document = { ...document };
    for (let i = dice.below(3); i >= 0; i -= 1) {
      const key = dice.chance(0.9) ? dice.pick(keys) : this.#values.label();
      const value = dice.weighted<unknown>([
        [2, () => this.#values.json(2)],
        [2, () => this.#values.text()],
        [2, () => this.#values.clock(nowMs)],
        [2, () => this.#values.object(() => this.#values.text())],
        [1, () => dice.list(3, () => this.#values.object(() => this.#values.text()))],
        [1, () => dice.list(130, () => ({ id: this.#values.text(), role: this.#values.text() }))],
        [1, () => Object.fromEntries(dice.list(600, () => [this.#values.text(), this.#values.text()]))],
        [1, () => undefined],
      ]);
      Object.defineProperty(spoilt, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return spoilt;
  }

  #cloud(nowMs: number): Document {
    const id = `c-${this.#count}`;
    const time = this.#values.clock(nowMs);
    return { specversion: '1.0', id, source: '/fuzz', type: this.#values.name(), subject: 'r.1', time, data: { a: 1 } };
  }

  /** Cut, with a byte changed, with a byte more. */
  #damaged(text: string): Buffer {
    const bytes = Buffer.from(text);
    const at = this.#dice.below(bytes.length);
    const byte = Buffer.from([this.#dice.below(256)]);
    return this.#dice.weighted([
      [1, () => bytes.subarray(0, at)],
      [2, () => Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at + 1)])],
      [1, () => Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)])],
      [1, () => Buffer.concat([bytes, bytes])],
    ]);
  }

  #flat(nowMs: number): Fields {
    const dice = this.#dice;
    const begin = dice.chance(0.7) ? ['event', this.#values.name(), 'resource.id', `r.${dice.below(300)}`] : [];
    const more = dice.list(5, () => {
      const start = dice.pick(['resource.', 'payload.', 'related.0.', 'payload.a.', '']);
      const name = dice.chance(0.5) ? dice.pick(FLAT) : start + this.#values.label();
      return [name, dice.chance(0.2) ? this.#values.clock(nowMs) : this.#values.text()];
    });
    const fields = [...begin, ...more.flat()];
    return fields.length > 0 ? fields : ['', ''];
  }

  /** The engine's own forms, as somebody else would write them. */
  #own(nowMs: number): Fields {
    const dice = this.#dice;
    if (dice.chance(0.5)) {
      const document = this.#spoilt({ ...this.#sound(nowMs), received: this.#values.clock(nowMs) }, KEYS, nowMs);
      return ['released', JSON.stringify(document)];
    }
    const rest = OWN.flatMap((name) => (dice.chance(0.8) ? [name, this.#ownValue(name, nowMs)] : []));
    return ['firing', this.#values.text(), ...rest];
  }

  #ownValue(name: (typeof OWN)[number], nowMs: number): string {
    const dice = this.#dice;
    if (dice.chance(0.3)) return this.#values.text();
    if (name === 'triggered' || name === 'revision') return String(dice.pick([nowMs, 1, -1, 1e21, 'x']));
    if (name === 'state') return dice.pick(['TRIGGERED', 'Triggered', 'RESOLVED', '?']);
    if (name === 'automation' || name === 'path' || name === 'name') return dice.pick(['often', '', '0', '0.0']);
    return JSON.stringify(this.#values.json(3)) ?? '';
  }

  /** Names and values that nobody would expect. */
  #strange(): Fields {
    const one = (): string | Buffer => (this.#dice.chance(0.5) ? this.#dice.bytes(40) : this.#values.text());
    const more = this.#dice.list(4, () => [one(), one()]);
    return [this.#dice.chance(0.3) ? 'data' : one(), one(), ...more.flat()];
  }

  #deep(): string {
    const levels = this.#dice.below(DEEPEST);
    const [open, close] = this.#dice.pick<readonly [string, string]>([
      ['{"a":', '}'],
      ['[', ']'],
      ['{"__proto__":', '}'],
    ]);
    const nested = `${open.repeat(levels)}1${close.repeat(levels)}`;
    return this.#dice.chance(0.5) ? nested : `{"event":"x","resource":{"id":"r"},"payload":{"p":${nested}}}`;
  }

  #huge(nowMs: number): string {
    const big = 'x'.repeat(this.#dice.below(LARGEST));
    const place = this.#dice.pick(['payload', 'resource', 'event', 'id', 'related'] as const);
    const value = {
      payload: { big },
      resource: { id: 'r', big },
      event: big,
      id: big,
      related: [{ id: big, role: 'r' }],
    };
    return JSON.stringify({ ...this.#sound(nowMs), [place]: value[place] });
  }
}
