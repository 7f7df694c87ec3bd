import { type Evaluation, STEP_LIMIT, TOO_MANY_STEPS } from './evaluation.ts';
import {
  adapted,
  asDouble,
  DurationValue,
  entryOf,
  type Failed,
  keyOf,
  MapValue,
  TimestampValue,
  TypeValue,
  Uint,
} from './value.ts';

/** Whether two values are equal. Values of different types are not, apart from numbers, which are compared as numbers. */
export function equal(run: Evaluation, a: unknown, b: unknown): boolean | Failed {
  if (typeof a === 'string') {
    if (typeof b !== 'string') return false;
    if (a.length !== b.length) return false;
    return run.takeText(a.length) ? a === b : TOO_MANY_STEPS;
  }
  if (typeof a !== 'object' || a === null || a instanceof Uint) return equalPlain(a, b);
  if (typeof b !== 'object' || b === null || b instanceof Uint) return false;
  if (Array.isArray(a)) return Array.isArray(b) ? equalLists(run, a, b) : false;
  if (a instanceof TimestampValue) return b instanceof TimestampValue && a.nanos === b.nanos;
  if (a instanceof DurationValue) return b instanceof DurationValue && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.length !== b.length) return false;
    return run.takeText(a.length) ? Buffer.compare(a, b) === 0 : TOO_MANY_STEPS;
  }
  return isMap(b) ? equalMaps(run, a, b) : false;
}

function equalPlain(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a === b;
  if (a instanceof Uint && b instanceof Uint) return a.value === b.value;
  const left = asDouble(a);
  if (left === undefined) return a === b;
  if (typeof a !== 'number' && typeof b !== 'number') return keyOf(a) === keyOf(b);
  return left === asDouble(b);
}

function isMap(value: object): boolean {
  return !(
    Array.isArray(value) ||
    value instanceof TimestampValue ||
    value instanceof DurationValue ||
    value instanceof TypeValue ||
    value instanceof Uint8Array
  );
}

/** Each pair of elements that is compared is a step. */
function equalLists(run: Evaluation, a: readonly unknown[], b: readonly unknown[]): boolean | Failed {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    if (!run.take(1)) return TOO_MANY_STEPS;
    const same = equal(run, adapted(a[i]), adapted(b[i]));
    if (same !== true) return same;
  }
  return true;
}

/** Steps: the entries of both to count them, then those of the first to compare them. */
function equalMaps(run: Evaluation, a: object, b: object): boolean | Failed {
  const keys = keysOf(run, a);
  const size = sizeOfMap(run, b);
  if (keys === undefined || size === undefined) return TOO_MANY_STEPS;
  if (keys.length !== size) return false;
  for (const key of keys) {
    const other = entryOf(b, key);
    if (other === undefined) return false;
    const same = equal(run, entryOf(a, key), other);
    if (same !== true) return same;
  }
  return true;
}

/** The keys of a map, a step for each. @returns undefined when that takes too many steps */
export function keysOf(run: Evaluation, map: object): readonly unknown[] | undefined {
  if (map instanceof MapValue) {
    return run.take(map.entries.size) ? [...map.entries.values()].map(([key]) => key) : undefined;
  }
  const keys = run.event.keys?.get(map) ?? Object.keys(map);
  if (keys.length > STEP_LIMIT) {
    run.event.keys ??= new Map();
    run.event.keys.set(map, keys);
  }
  return run.take(keys.length) ? keys : undefined;
}

/** How many entries a map has, a step for each. @returns undefined when that takes too many steps */
export function sizeOfMap(run: Evaluation, map: object): number | undefined {
  return keysOf(run, map)?.length;
}

/** Whether a list holds an element that equals the value, or a map the value as a key. */
export function isIn(run: Evaluation, value: unknown, container: unknown): boolean | Failed | undefined {
  if (Array.isArray(container)) {
    for (const element of container) {
      if (!run.take(1)) return TOO_MANY_STEPS;
      const same = equal(run, value, adapted(element));
      if (same !== false) return same;
    }
    return false;
  }
  if (typeof container !== 'object' || container === null || container instanceof Uint || !isMap(container)) {
    return undefined;
  }
  if (typeof value === 'string' && !run.takeText(value.length)) return TOO_MANY_STEPS;
  return entryOf(container, value) !== undefined;
}
