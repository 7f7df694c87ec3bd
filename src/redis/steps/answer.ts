import { UnexpectedAnswer } from '../../errors.ts';

/**
 * Checks that a script answered a list of texts that begins with one of its words.
 * @throws UnexpectedAnswer otherwise: the server runs another script than this program believes
 */
export function answerOf<Word extends string>(
  name: string,
  words: readonly Word[],
  answer: unknown,
): [Word, ...string[]] {
  if (!Array.isArray(answer)) throw new UnexpectedAnswer(name, answer);
  const [first, ...rest] = answer.map(String);
  const word = words.find((known) => known === first);
  if (word === undefined) throw new UnexpectedAnswer(name, first);
  return [word, ...rest];
}

/** A wake-up time in ms; '' is none. */
export function parseWake(text: string): number | null {
  return text === '' ? null : Number(text);
}
