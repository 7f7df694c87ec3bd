import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from './conversions.ts';
import { sizeOfMap } from './equality.ts';
import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { matches } from './regular-expression.ts';
import { includes, searchedLength } from './text-search.ts';
import { TIME_PARTS, timePart } from './time-parts.ts';
import { MAP, nameOfType, TypeValue, typeOf } from './value.ts';

/** A function on values, the receiver first. @returns undefined where it does not take their types */
export type CelFunction = (run: Evaluation, first: unknown, second: unknown) => unknown;

function size(run: Evaluation, value: unknown): unknown {
  if (typeof value === 'string') return run.takeText(value.length) ? BigInt(characters(value)) : TOO_MANY_STEPS;
  if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (typeOf(value) !== MAP) return undefined;
  const entries = sizeOfMap(run, value as object);
  return entries === undefined ? TOO_MANY_STEPS : BigInt(entries);
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A test of a text against another one; `length` says how many characters it goes over. */
function textTest(holds: (text: string, part: string) => boolean, length: (text: string, part: string) => number) {
  return (run: Evaluation, text: unknown, part: unknown): unknown => {
    if (typeof text !== 'string' || typeof part !== 'string') return undefined;
    return run.takeText(length(text, part)) ? holds(text, part) : TOO_MANY_STEPS;
  };
}

const ofPart = (_: string, part: string): number => part.length;

/** All functions, by their names. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size', size],
  ['contains', textTest(includes, searchedLength)],
  ['startsWith', textTest((text, part) => text.startsWith(part), ofPart)],
  ['endsWith', textTest((text, part) => text.endsWith(part), ofPart)],
  ['matches', matches],
  ['bool', toBool],
  ['bytes', toBytes],
  ['double', toDouble],
  ['duration', toDuration],
  ['dyn', (_, value) => value],
  ['int', toInt],
  ['string', toText],
  ['timestamp', toTimestamp],
  ['type', (_, value) => new TypeValue(nameOfType(value))],
  ['uint', toUint],
  ...TIME_PARTS.map(
    (name) => [name, (run: Evaluation, value: unknown, zone: unknown) => timePart(run, name, value, zone)] as const,
  ),
]);
