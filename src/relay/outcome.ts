/** What an HTTP receiver said; `body`: its beginning. */
export type Said = Readonly<{ status: number; body: string }>;

/** A delivery that no repetition changes. */
export class FailedForGood extends Error {
  override readonly name = 'FailedForGood';
  readonly said: Said | null;

  constructor(message: string, said: Said | null = null) {
    super(message);
    this.said = said;
  }
}

/** A delivery that is worth another try, in `afterMs` at the earliest where the receiver said so. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  readonly afterMs: number;
  readonly said: Said | null;

  constructor(message: string, afterMs = 0, { said = null, ...options }: ErrorOptions & { said?: Said | null } = {}) {
    super(message, options);
    this.afterMs = afterMs;
    this.said = said;
  }
}

/** A delivery whose time has not come: it waits, and that is no try. `wants`: a person has to do something. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly afterMs: number;
  readonly wants: boolean;

  constructor(message: string, afterMs: number, { wants = false }: { wants?: boolean } = {}) {
    super(message);
    this.afterMs = afterMs;
    this.wants = wants;
  }
}
