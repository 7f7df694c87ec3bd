import type { Facts, Told } from './examine.ts';

/** How bad it is: `bad` breaks a promise, or soon will; a `warning` may. */
export type Grade = 'ok' | 'warning' | 'bad';

/** The result of one check: what was found, and what to do about it (`''` when nothing is to be done). */
export type Check = Readonly<{ name: string; grade: Grade; found: string; advice: string }>;

/** A rule: what the facts say about one thing, several if need be; null where it does not apply. */
export type Rule = (facts: Facts) => Omit<Check, 'name'> | readonly Omit<Check, 'name'>[] | null;

export function ok(found: string): Omit<Check, 'name'> {
  return { grade: 'ok', found, advice: '' };
}

export function warning(found: string, advice: string): Omit<Check, 'name'> {
  return { grade: 'warning', found, advice };
}

export function bad(found: string, advice: string): Omit<Check, 'name'> {
  return { grade: 'bad', found, advice };
}

/** What a rule says where Redis did not tell. */
export function untold(what: string, refused: string): Omit<Check, 'name'> {
  return warning(
    `${what} cannot be seen: ${refused}`,
    'ask as a user who may see it, as an administrator of this Redis',
  );
}

/** The value, or null where Redis did not tell. */
export function orNull<T>(told: Told<T>): T | null {
  return 'value' in told ? told.value : null;
}

/** `1 replica`, `2 replicas`. */
export function several(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The only finding where there is no server to look at. */
export function unreachable(reason: string): Check[] {
  return [{ name: 'connection', ...bad(reason, 'see that it runs, and that address, user and password are right') }];
}
