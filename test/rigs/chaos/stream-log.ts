import type { ModelEvent } from '../../oracle/event.ts';
import { type Entry, Log } from '../../oracle/log.ts';

/**
 * The model's log when a real stream says what stands where. What the model appends itself (its own events, released followers) is
 * kept back until the stream shows where the engine appended the same.
 */
export class StreamLog extends Log {
  /** What the model appended and the stream has not shown yet, in order. */
  readonly appended: Entry[] = [];
  #open = false;
  #waits = true;

  override append(event: ModelEvent, position: number, waits = true): void {
    if (this.#open) super.append(event, position, waits && this.#waits);
    else this.appended.push({ event, position, waits });
  }

  /** What `work` appends is in the log at once. @param waits false: it waits for no leader, whatever it follows */
  showing(work: () => void, waits = true): void {
    [this.#open, this.#waits] = [true, waits];
    try {
      work();
    } finally {
      [this.#open, this.#waits] = [false, true];
    }
  }

  /** Takes the first of the appended ones that `fits`; undefined when the model appended no such thing. */
  shown(fits: (event: ModelEvent) => boolean): Entry | undefined {
    const at = this.appended.findIndex(({ event }) => fits(event));
    return at < 0 ? undefined : this.appended.splice(at, 1)[0];
  }
}
