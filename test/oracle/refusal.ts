/** A document in error. The message is `path: reason`, as rules 2 and 5.5 ask. */
export class Refusal extends Error {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = 'Refusal';
    this.path = path;
    this.reason = reason;
  }
}

export function refuse(path: string, reason: string): never {
  throw new Refusal(path, reason);
}

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
