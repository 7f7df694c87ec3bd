import { BOOL, BYTES, DOUBLE, DURATION, INT, STRING, TIMESTAMP, TYPE, UINT } from './value.ts';

/** How a function is called: numbers of arguments of `f(x)` and of `x.f()`, where it has that form; and the types it can give. */
type Signature = Readonly<{ plain?: readonly number[]; onReceiver?: readonly number[]; gives: number }>;

const conversion = (gives: number): Signature => ({ plain: [1], gives });
const test: Signature = { onReceiver: [1], gives: BOOL };
const ofTimestamp: Signature = { onReceiver: [0, 1], gives: INT };

/** The standard functions of CEL, and no others (rules 17.1). `dyn` gives what it gets. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['size', { plain: [1], onReceiver: [0], gives: INT }],
  ['contains', test],
  ['startsWith', test],
  ['endsWith', test],
  ['matches', { plain: [2], onReceiver: [1], gives: BOOL }],
  ['bool', conversion(BOOL)],
  ['bytes', conversion(BYTES)],
  ['double', conversion(DOUBLE)],
  ['duration', conversion(DURATION)],
  ['dyn', conversion(-1)],
  ['int', conversion(INT)],
  ['string', conversion(STRING)],
  ['timestamp', conversion(TIMESTAMP)],
  ['type', conversion(TYPE)],
  ['uint', conversion(UINT)],
  ['getDate', ofTimestamp],
  ['getDayOfMonth', ofTimestamp],
  ['getDayOfWeek', ofTimestamp],
  ['getDayOfYear', ofTimestamp],
  ['getFullYear', ofTimestamp],
  ['getHours', ofTimestamp],
  ['getMilliseconds', ofTimestamp],
  ['getMinutes', ofTimestamp],
  ['getMonth', ofTimestamp],
  ['getSeconds', ofTimestamp],
]);
