/*
 * The values of CEL, as JavaScript holds them while a condition is evaluated:
 *
 *   null, bool, string   null, boolean, string
 *   double               number
 *   int                  bigint, within 64 bits
 *   uint                 Uint
 *   bytes                Uint8Array
 *   list                 an array, of the payload or computed
 *   map                  an object of the payload, a map of labels, or a MapValue
 *   timestamp, duration  TimestampValue, DurationValue
 *   type                 TypeValue
 *
 * The payload stays as it is: `adapted` makes a value of what stands in it where it is read. What fails is a Failed, a value like
 * the others, so a failing condition costs no more than one that holds.
 */

/** Why an evaluation gave no value. */
export class Failed {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** An integer without sign, of 64 bits. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since 1970. */
export class TimestampValue {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A length of time in nanoseconds. */
export class DurationValue {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** What `type(x)` gives and what `int`, `string`, … stand for. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A map that the condition wrote itself. Its keys may be texts, integers and booleans; `keyOf` makes one text of each. */
export class MapValue {
  readonly entries: ReadonlyMap<string, readonly [key: unknown, value: unknown]>;

  constructor(entries: ReadonlyMap<string, readonly [key: unknown, value: unknown]>) {
    this.entries = entries;
  }
}

/** The types as bits, so that a set of types is a number too. */
export const NULL = 1;
export const BOOL = 2;
export const INT = 4;
export const UINT = 8;
export const DOUBLE = 16;
export const STRING = 32;
export const BYTES = 64;
export const LIST = 128;
export const MAP = 256;
export const TIMESTAMP = 512;
export const DURATION = 1024;
export const TYPE = 2048;

const NAMES: ReadonlyMap<number, string> = new Map([
  [NULL, 'null_type'],
  [BOOL, 'bool'],
  [INT, 'int'],
  [UINT, 'uint'],
  [DOUBLE, 'double'],
  [STRING, 'string'],
  [BYTES, 'bytes'],
  [LIST, 'list'],
  [MAP, 'map'],
  [TIMESTAMP, 'google.protobuf.Timestamp'],
  [DURATION, 'google.protobuf.Duration'],
  [TYPE, 'type'],
]);

/** The names of CEL's types, which conditions may use: `type(payload.n) == double`. */
export const TYPE_NAMES: ReadonlySet<string> = new Set(NAMES.values());

/** The names of the types in a set. */
export function namesOf(types: number): string[] {
  return [...NAMES].filter(([type]) => (types & type) !== 0).map(([, name]) => name);
}

/** The type of a value that is no Failed, as a bit. */
export function typeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    default:
      return value === null ? NULL : typeOfObject(value);
  }
}

function typeOfObject(value: unknown): number {
  if (Array.isArray(value)) return LIST;
  if (value instanceof TimestampValue) return TIMESTAMP;
  if (value instanceof DurationValue) return DURATION;
  if (value instanceof Uint) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof TypeValue) return TYPE;
  return MAP;
}

export function nameOfType(value: unknown): string {
  return NAMES.get(typeOf(value)) ?? 'unknown';
}

/** ECMAScript's, which TypeScript does not declare yet: whether a number of the payload was kept as its source text. */
const { isRawJSON } = JSON as unknown as { isRawJSON: (value: unknown) => value is Readonly<{ rawJSON: string }> };

/** What stands in a payload as a value. Numbers that no double holds count as the double that comes closest. */
export function adapted(found: unknown): unknown {
  return typeof found === 'object' && isRawJSON(found) ? Number(found.rawJSON) : found;
}

/** A number of any type as a double, the way it counts where it meets a double; undefined for what is no number. */
export function asDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint ? Number(value.value) : undefined;
}

/** One text for each key that a map can have: equal keys, also of different number types, give the same text. */
export function keyOf(key: unknown): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return String(key);
  if (typeof key === 'bigint') return String(key);
  if (key instanceof Uint) return String(key.value);
  return typeof key === 'number' && Number.isInteger(key) ? String(BigInt(key)) : undefined;
}

/** What a map holds under a key. @returns undefined where it holds nothing */
export function entryOf(map: unknown, key: unknown): unknown {
  if (map instanceof MapValue) {
    const name = keyOf(key);
    return name === undefined ? undefined : map.entries.get(name)?.[1];
  }
  if (typeof key !== 'string' || !Object.hasOwn(map as object, key)) return undefined;
  return adapted((map as Record<string, unknown>)[key]);
}
