import { Failed, nameOfType } from './value.ts';

/** The failure of an operator or a function that does not take values of these types. */
export function noOverload(name: string, ...values: readonly unknown[]): Failed {
  return new Failed(`"${name}" does not take ${values.map(nameOfType).join(' and ')}`);
}
