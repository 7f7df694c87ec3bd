import { InvalidDocument } from '../../../src/errors.ts';

/** The sentence a document is refused with, or `accepted`. Any other error is one of the program. */
export function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidDocument) return error.message;
    throw error;
  }
  return 'accepted';
}
