/** Answers that are kept at a time: there is one for each question of a page, and of the automations that are looked at. */
const LIMIT = 200;

type KeptAnswer = { readonly value: Promise<unknown>; readonly untilMs: number };

/**
 * Answers that are given to all who ask within some time, so that what is asked of Redis does not grow with the number of people. One that
 * failed is not kept.
 */
export class KeptAnswers {
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #nowMs: () => number;

  /** @param nowMs a clock that only rises */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** @param forMs how long an answer is given, from when it was asked for */
  async of<T>(name: string, forMs: number, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(name);
    if (known !== undefined && known.untilMs > this.#nowMs()) return (await known.value) as T;
    const value = ask();
    const answer = { value, untilMs: this.#nowMs() + forMs };
    this.#answers.delete(name);
    this.#answers.set(name, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > LIMIT && oldest !== undefined) this.#answers.delete(oldest);
    value.catch(() => {
      if (this.#answers.get(name) === answer) this.#answers.delete(name);
    });
    return await value;
  }

  /** What was changed is seen at once: everything is asked anew. */
  forget(): void {
    this.#answers.clear();
  }
}
