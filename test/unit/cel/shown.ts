import { DurationValue, Failed, MapValue, TimestampValue, TypeValue, Uint } from '../../../src/cel/value.ts';

/** A value as text that tells its type too: `1` is an int, `1u` a uint, `1.0` a double. */
export function shown(value: unknown): string {
  if (value instanceof Failed) return `failed: ${value.reason}`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return doubleText(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `bytes(${[...value].join(' ')})`;
  if (value instanceof TimestampValue) return `timestamp(${value.nanos})`;
  if (value instanceof DurationValue) return `duration(${value.nanos})`;
  if (value instanceof TypeValue) return `type(${value.name})`;
  if (value instanceof MapValue) return shownEntries([...value.entries.values()]);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return shownEntries(Object.entries(value));
  return JSON.stringify(value);
}

/** The order of a map's entries says nothing. */
export function shownEntries(entries: readonly (readonly [unknown, unknown])[]): string {
  const texts = entries.map(([key, value]) => `${shown(key)}: ${shown(value)}`);
  return `{${texts.sort().join(', ')}}`;
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}
