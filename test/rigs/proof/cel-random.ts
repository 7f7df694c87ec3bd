/*
 * Random expressions of what conditions support, and events to ask them about. Most are of the right types; some parts are of any type,
 * so that failures and what absorbs them come too.
 */

/** Numbers from 0 to below 1 that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Kind = 'bool' | 'int' | 'uint' | 'double' | 'text' | 'bytes' | 'list' | 'map' | 'moment' | 'span' | 'type' | 'any';

const LITERALS: Readonly<Record<Exclude<Kind, 'any'>, readonly string[]>> = {
  bool: ['true', 'false', 'payload.ok', 'event == "order.placed"'],
  int: ['0', '1', '2', '(-1)', '7', '9223372036854775807', '(-9223372036854775808)', '0x1F', 'size(event)'],
  uint: ['0u', '1u', '7u', '18446744073709551615u'],
  double: [
    '0.0',
    '1.0',
    '-1.5',
    '.5',
    '1e3',
    '1e300',
    '(-0.0)',
    'payload.n',
    'payload.total',
    'payload.l[1]',
    'payload.m.a',
  ],
  text: [
    '""',
    '"a"',
    "'order'",
    '"\\u00e9x"',
    'r"\\d"',
    'event',
    'id',
    'resource.region',
    'payload.s',
    'payload.m.s',
    '"7"',
    '"\u{1f600}\uffee"',
  ],
  bytes: ['b""', 'b"a"', 'b"\\xffé"', 'bytes(event)'],
  list: ['[]', '[1, 2, 3]', '[1, 2.0, "a"]', '["a", "b"]', 'payload.l', 'related', '[[1], [2]]', '[null, true]'],
  map: ['{}', '{"a": 1, "b": 2}', '{1: "x", 2u: "y"}', '{true: 1.0}', 'payload.m', 'payload', 'resource', 'related[0]'],
  moment: [
    'occurred',
    'received',
    'timestamp("2026-03-02T09:01:30Z")',
    'timestamp("2024-02-29T23:59:59.999Z")',
    'timestamp(0)',
  ],
  span: ['duration("0s")', 'duration("1h30m")', 'duration("-1.5s")', 'duration("10ms")', 'received - occurred'],
  type: [
    'int',
    'double',
    'string',
    'type(payload.n)',
    'type(null)',
    'google.protobuf.Timestamp',
    'bool',
    'map',
    'list',
    'uint',
  ],
};

const PATTERNS = [
  '"a+"',
  '"^o.*d$"',
  '"[[:alpha:]]"',
  '"(?i)ORDER"',
  "r'\\bplaced\\b'",
  '"^$"',
  '"[^a-z]"',
  '"x{2,3}|e"',
  "r'\\p{L}'",
];
/** The reference takes keys of other types too, where it does not check types beforehand. */
const KEYS = ['"a"', '"b"', '1', '2u', 'true', 'event', 'size(event)', 'has(payload.n)'];
const ZONES = [
  '"UTC"',
  '"+02:00"',
  '"-03:30"',
  '"Europe/Berlin"',
  '"America/New_York"',
  '"Asia/Kolkata"',
  '"No/Where"',
];
const PARTS = [
  'FullYear',
  'Month',
  'Date',
  'DayOfMonth',
  'DayOfWeek',
  'DayOfYear',
  'Hours',
  'Minutes',
  'Seconds',
  'Milliseconds',
];
const KINDS = Object.keys(LITERALS) as readonly Exclude<Kind, 'any'>[];
const NUMBERS = ['int', 'uint', 'double'] as const;

/** Makes expressions. */
export class Expressions {
  readonly #random: () => number;
  #locals = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }

  /** An expression of a kind, mostly. */
  of(wanted: Kind, depth: number): string {
    const kind = wanted === 'any' || this.#random() < 0.04 ? this.one(KINDS) : wanted;
    if (depth <= 0 || this.#random() < 0.2) return this.one(LITERALS[kind]);
    if (this.#random() < 0.06)
      return `(${this.of('bool', depth - 1)} ? ${this.of(kind, depth - 1)} : ${this.of(kind, depth - 1)})`;
    if (this.#random() < 0.04) return `dyn(${this.of(kind, depth - 1)})`;
    return this.#made(kind, depth - 1);
  }

  #made(kind: Exclude<Kind, 'any'>, depth: number): string {
    switch (kind) {
      case 'bool':
        return this.#bool(depth);
      case 'int':
      case 'uint':
      case 'double':
        return this.#number(kind, depth);
      case 'text':
        return this.one([
          () => `(${this.of('text', depth)} + ${this.of('text', depth)})`,
          () =>
            `string(${this.of(this.one(['text', 'int', 'uint', 'double', 'bool', 'bytes', 'moment', 'span']), depth)})`,
          () => `${this.of('list', depth)}[${this.of('int', depth)}]`,
        ])();
      case 'bytes':
        return this.one([
          () => `(${this.of('bytes', depth)} + ${this.of('bytes', depth)})`,
          () => `bytes(${this.of('text', depth)})`,
        ])();
      case 'list':
        return this.#list(depth);
      case 'map':
        return `{${this.one(KEYS)}: ${this.of('any', depth)}}`;
      case 'moment':
        return this.one([
          () => `(${this.of('moment', depth)} ${this.one(['+', '-'])} ${this.of('span', depth)})`,
          () => `timestamp(${this.of(this.one(['int', 'text', 'moment']), depth)})`,
        ])();
      case 'span':
        return this.one([
          () => `(${this.of('span', depth)} ${this.one(['+', '-'])} ${this.of('span', depth)})`,
          () => `(${this.of('moment', depth)} - ${this.of('moment', depth)})`,
        ])();
      case 'type':
        return `type(${this.of('any', depth)})`;
    }
  }

  #number(kind: 'int' | 'uint' | 'double', depth: number): string {
    return this.one([
      () =>
        `(${this.of(kind, depth)} ${this.one(['+', '-', '*', '/'])} ${this.of(this.#random() < 0.3 ? this.one(NUMBERS) : kind, depth)})`,
      () => `(${this.of(kind, depth)} % ${this.of(kind, depth)})`,
      () => `-(${this.one(LITERALS[kind])})`,
      () => `${kind}(${this.of(this.one(['int', 'uint', 'double', 'text', 'moment']), depth)})`,
      () => `size(${this.of(this.one(['text', 'list', 'map', 'bytes']), depth)})`,
      () => `${this.of('moment', depth)}.get${this.one(PARTS)}(${this.#random() < 0.5 ? '' : this.one(ZONES)})`,
      () => `${this.of('span', depth)}.get${this.one(['Hours', 'Minutes', 'Seconds', 'Milliseconds'])}()`,
      () => `${this.of(this.one(['list', 'map']), depth)}[${this.of(this.one(['int', 'double', 'text']), depth)}]`,
    ])();
  }

  #bool(depth: number): string {
    return this.one([
      () => `(${this.of('bool', depth)} ${this.one(['&&', '||'])} ${this.of('bool', depth)})`,
      () => `(${this.of('bool', depth)} ${this.one(['&&', '||'])} ${this.of('bool', depth)})`,
      // In brackets: the reference's parser takes two signs away and never sees what is behind them.
      () => `!(${this.of('bool', depth)})`,
      () => this.#comparison(depth),
      () => this.#comparison(depth),
      () => `(${this.of('any', depth)} in ${this.of(this.one(['list', 'map']), depth)})`,
      () =>
        `has(${this.one(['payload', 'payload.m', 'resource', 'payload.gone'])}.${this.one(['a', 'n', 's', 'none', 'region'])})`,
      () => `${this.of('text', depth)}.${this.one(['startsWith', 'endsWith', 'contains'])}(${this.of('text', depth)})`,
      () => `${this.of('text', depth)}.matches(${this.one(PATTERNS)})`,
      () => `bool(${this.of(this.one(['bool', 'text']), depth)})`,
      () => this.#macro(this.one(['all', 'exists', 'exists_one']), depth),
    ])();
  }

  #comparison(depth: number): string {
    const kind = this.one(KINDS);
    const other = NUMBERS.includes(kind as 'int') ? this.one(NUMBERS) : kind;
    return `(${this.of(kind, depth)} ${this.one(['==', '!=', '<', '<=', '>', '>='])} ${this.of(this.#random() < 0.1 ? 'any' : other, depth)})`;
  }

  #list(depth: number): string {
    return this.one([
      () => `[${this.of('any', depth)}, ${this.of('any', depth)}]`,
      () => `(${this.of('list', depth)} + ${this.of('list', depth)})`,
      () => this.#macro('filter', depth),
      () => this.#macro('map', depth),
    ])();
  }

  #macro(name: 'all' | 'exists' | 'exists_one' | 'filter' | 'map', depth: number): string {
    this.#locals += 1;
    const local = `i${this.#locals}`;
    // The reference goes over maps in any order, which a list that is made of them would show.
    const ordered = name === 'map' || name === 'filter';
    const range = ordered
      ? `(${this.one(LITERALS.list)} + ${this.of('list', depth)})`
      : this.of(this.one(['list', 'map']), depth);
    const test = this.one([
      () => `${local} ${this.one(['==', '!=', '<', '>='])} ${this.of('any', depth - 1)}`,
      () => this.of('bool', depth),
      () => `type(${local}) == ${this.one(LITERALS.type)}`,
      () => `string(${local}) != "" && ${this.of('bool', depth - 1)}`,
      () => local,
    ])();
    if (name !== 'map') return `${range}.${name}(${local}, ${test})`;
    const made = this.one([
      () => `[${local}, ${this.of('any', depth - 1)}]`,
      () => `${local} + ${local}`,
      () => test,
    ])();
    return this.#random() < 0.5 ? `${range}.map(${local}, ${made})` : `${range}.map(${local}, ${test}, ${made})`;
  }
}

/** A payload in which most of what the expressions name is there, and of its type. */
export function randomPayload(random: () => number): Record<string, unknown> {
  const one = <T>(...of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const all = {
    ok: one<unknown>(true, false, true, 'yes'),
    n: one<unknown>(0, 1, 7, -3, 2.5, 1e300, '7'),
    total: one(120.5, 1000, 0.1),
    s: one<unknown>('', 'abc', 'order', 'é\u{1f600}', 5),
    none: null,
    l: one<unknown>([1, 2.5, 3], ['a', 'b'], [], [1, 'x', null, true, [1]]),
    m: one<unknown>({ a: 1, s: 'x' }, { a: null }, {}, { s: [1] }),
  };
  return Object.fromEntries(Object.entries(all).filter(() => random() < 0.93));
}
