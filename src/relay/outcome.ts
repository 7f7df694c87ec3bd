/** A delivery that no repetition changes. */
export class FailedForGood extends Error {
  override readonly name = 'FailedForGood';
}

/** A delivery that is worth another try, in `afterMs` at the earliest where the receiver said so. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  readonly afterMs: number;

  constructor(message: string, afterMs = 0, options?: ErrorOptions) {
    super(message, options);
    this.afterMs = afterMs;
  }
}

/** A delivery whose time has not come: it waits, and that is no try. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}
