import { isRawNumber } from './exact.ts';

/** Whether the value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

const NOTHING = Object.freeze(Object.create(null)) as object;

/**
 * An empty map for keys chosen by strangers: nothing is inherited (`constructor` is absent) and `__proto__` is a key like
 * any other. The prototype is an empty object, not null, because V8 keeps null-prototype objects as slow dictionaries.
 */
export function emptyRecord<Value>(): Record<string, Value> {
  return Object.create(NOTHING) as Record<string, Value>;
}

/** Freezes a JSON value in depth. */
export function freezeDeep<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
}

/** Whether a JSON value nests deeper than `levels`. Never recurses further than that. */
export function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null && !isRawNumber(inner) && isDeeper(inner, levels - 1)) return true;
  }
  return false;
}
