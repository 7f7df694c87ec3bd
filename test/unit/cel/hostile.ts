/** Payloads that events bring to make conditions slow, each by its name. */
export const HOSTILE_PAYLOADS = {
  small: () => ({ n: 2, l: [1, 2, 3], s: 'abc', m: { a: 1 } }),
  /** A list of 400 numbers. */
  list: () => ({ l: Array.from({ length: 400 }, (_, i) => i) }),
  /** A text as long as an event can be. */
  text: () => ({ s: 'a'.repeat(1_490_000), t: 'a'.repeat(1_490_000) }),
  /** A text that can still be gone over, and a part that almost occurs everywhere. */
  almost: () => ({ s: 'a'.repeat(440_000), part: `b${'a'.repeat(50_000)}`, other: `${'a'.repeat(50_000)}b` }),
  /** A list and a map as large as an event can be. */
  wide: () => ({
    l: Array.from({ length: 500_000 }, () => 1),
    m: Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`k${i}`, 1])),
  }),
  deep: () => ({
    l: JSON.parse(`${'['.repeat(490)}${']'.repeat(490)}`),
    m: JSON.parse(`${'{"a":'.repeat(490)}1${'}'.repeat(490)}`),
  }),
  /** Texts that are read: 2,000 durations of 33 parts, timestamps, numbers, zones. */
  texts: () => ({
    durations: Array.from({ length: 2_000 }, () => '1h'.repeat(33)),
    timestamps: Array.from({ length: 2_000 }, () => '2026-01-05T12:00:10.123456789+01:00'),
    numbers: Array.from({ length: 2_000 }, () => '9'.repeat(500)),
    zones: Array.from({ length: 2_000 }, (_, i) => `Etc/GMT+${i % 12}`),
    noZones: Array.from({ length: 2_000 }, (_, i) => `No/Where${i}`),
  }),
  /** Patterns, and texts for them. */
  patterns: () => ({
    bomb: '(((a{10}){10}){10}){10}',
    wide: '\\pL'.repeat(166),
    long: 'a'.repeat(100_000),
    many: Array.from({ length: 400 }, (_, i) => `[a-z]{1,9}${i}`),
    ab: 'ab'.repeat(10_000),
    x: 'x'.repeat(49_000),
    short: Array.from({ length: 2_000 }, () => 'abab'),
  }),
} as const;

export type HostilePayload = keyof typeof HOSTILE_PAYLOADS;

/** Attacks: each a condition about one of the payloads. */
export const ATTACKS: readonly (readonly [HostilePayload, string])[] = [
  // Patterns that other engines go back in for ages, and those that make automata explode.
  ['patterns', 'payload.x.matches("(x+x+)+y")'],
  ['patterns', 'payload.x.matches("(x*)*(x*)*(x*)*$y")'],
  ['patterns', 'payload.x.matches("^(x|x|x)*y$")'],
  ['patterns', 'payload.ab.matches("[ab]*a[ab]{12}[c-d]")'],
  ['patterns', 'payload.ab.matches("[ab]*a[ab]{900}[c-d]")'],
  ['patterns', 'payload.ab.matches("(((a?){10}){10}){9}[c-d]")'],
  ['patterns', 'payload.ab.matches(".*.*.*.*.*.*=[x-y]")'],
  ['patterns', 'payload.ab.matches("(?i)(?:\\\\b|\\\\B|^|$)*[c-d]")'],
  ['patterns', 'payload.short.exists(s, s.matches("[a-b]{0,999}[c-d]"))'],
  ['patterns', 'payload.short.exists(s, s.matches("[^ab]"))'],
  // Patterns that the event brings.
  ['patterns', 'payload.x.matches(payload.bomb)'],
  ['patterns', 'payload.x.matches(payload.wide)'],
  ['patterns', 'payload.x.matches(payload.long)'],
  ['patterns', 'payload.many.exists(p, event.matches(p))'],
  ['patterns', 'payload.many.exists(p, "".matches(p + p + p))'],
  ['small', '"a".matches(payload.s + "(")'],
  // Long texts.
  ['text', 'payload.s == payload.t'],
  ['text', 'payload.s < payload.t'],
  ['text', 'payload.s + payload.t == ""'],
  ['text', 'size(payload.s) == 3'],
  ['text', 'payload.s.contains("b")'],
  ['text', 'payload.s.startsWith(payload.t)'],
  ['text', 'payload.s.endsWith(payload.t)'],
  ['text', 'payload.s.matches("b")'],
  ['text', 'int(payload.s) == 1'],
  ['text', 'double(payload.s) == 1.0'],
  ['text', 'bool(payload.s)'],
  ['text', 'timestamp(payload.s) == occurred'],
  ['text', 'duration(payload.s) == duration("1s")'],
  ['text', 'bytes(payload.s) == b""'],
  ['patterns', 'bytes(payload.long) + bytes(payload.long) == b""'],
  ['text', 'payload[payload.s] == 1'],
  ['text', 'payload.s in payload'],
  ['text', '{payload.s: 1} == {}'],
  ['text', 'payload == payload'],
  ['text', '[payload.s, payload.s].exists(s, s == payload.t)'],
  ['almost', 'payload.s.contains(payload.part)'],
  ['almost', 'payload.s.contains(payload.other)'],
  ['almost', '[1, 2].all(i, payload.s.contains(payload.part))'],
  // Macros in macros, and lists and maps that grow.
  ['list', 'payload.l.all(i, payload.l.all(j, payload.l.exists(k, k == j)))'],
  ['list', 'payload.l.map(i, payload.l.map(j, payload.l)).size() == 0'],
  ['list', 'payload.l.filter(i, payload.l.filter(j, j == i) == [i]).size() == 400'],
  ['list', 'payload.l.exists_one(i, payload.l.exists_one(j, i == j))'],
  ['list', 'payload.l.map(i, payload.l + payload.l + payload.l).size() == 400'],
  ['list', 'payload.l.exists(i, payload.l + [i] == payload.l)'],
  ['list', 'payload.l.all(i, i in payload.l)'],
  [
    'list',
    '[1, 2, 3, 4, 5, 6, 7, 8, 9].all(a, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(b, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(c, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(d, true))))',
  ],
  ['small', `payload.l${'.map(i, [i, i, i])'.repeat(25)}.size() == 0`],
  ['wide', 'payload.l.all(i, i == 1)'],
  ['wide', 'payload.l == payload.l'],
  ['wide', 'payload.l + payload.l == []'],
  ['wide', '2.0 in payload.l'],
  ['wide', 'size(payload.m) == 1'],
  ['wide', 'payload.m == payload.m'],
  ['wide', 'payload.m.exists(k, k == "k1")'],
  ['deep', 'payload.l == payload.l'],
  ['deep', 'payload.m == payload.m'],
  ['deep', '[payload.m, payload.m, payload.m].all(m, [payload.m, payload.m, payload.m].all(o, m == o))'],
  // What takes long for one step.
  ['texts', 'payload.durations.all(d, duration(d) > duration("1s"))'],
  ['texts', 'payload.timestamps.all(t, timestamp(t) < occurred)'],
  ['texts', 'payload.timestamps.all(t, occurred.getHours("Europe/Berlin") == 10)'],
  ['texts', 'payload.numbers.all(n, double(n) > 1.0 || true)'],
  ['texts', 'payload.numbers.exists(n, int(n) > 1)'],
  ['texts', 'payload.zones.all(z, occurred.getHours(z) >= 0)'],
  ['texts', 'payload.noZones.exists(z, occurred.getHours(z) >= 0)'],
  // Long expressions.
  ['small', `payload.n ${'+ 1 '.repeat(490)}> 1`],
  ['small', `${'!'.repeat(32)}(payload.n > 1)`],
  ['small', `${'('.repeat(32)}true${')'.repeat(32)}`],
  ['small', `[${'1, '.repeat(600)}1].size() == 601`],
  ['small', `{${Array.from({ length: 200 }, (_, i) => `${i}: 1`).join(', ')}}.size() == 200`],
  ['small', `${'true || '.repeat(200)}true`],
  ['small', `payload${'.a'.repeat(32)} == 1`],
];
