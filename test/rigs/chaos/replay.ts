import { decode } from '../../../src/model/intake.ts';
import { ModelEngine, type ModelFiring } from '../../oracle/engine.ts';
import type { Json, ModelEvent } from '../../oracle/event.ts';
import { FORGED } from './hostile.ts';
import { StreamLog } from './stream-log.ts';

/** An entry of a stream as Redis gives it. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** A change of the automations: the last applied entry before it, and when it was made (ms). `document`: null when it was deleted. */
export type Change = { position: string; at: number; id: string; document: Json | null };

const millisecondsOf = (id: string): number => Number(id.split('-')[0]);

function isAfter(a: string, b: string): boolean {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs === bMs ? aSequence > bSequence : aMs > bMs;
}

const fieldOf = (fields: readonly string[], name: string): string => fields[fields.indexOf(name) + 1] ?? '';

/**
 * Recomputes from a retained stream what must have come out of it: a sequential model without Redis, workers or the engine's
 * matching and evaluation. Time is driven by the positions of the entries and of the changes.
 */
export class Replay {
  readonly #log = new StreamLog();
  readonly engine = new ModelEngine(this.#log);
  /** Ids of the entries that are no events. */
  readonly refused: string[] = [];
  /** Where the stream has something of the engine's own that the model did not make, or lacks it. */
  readonly faults: string[] = [];
  entries = 0;
  #changes: Change[];

  /** @param changes in the order in which they were made */
  constructor(changes: readonly Change[]) {
    this.#changes = [...changes];
  }

  get firings(): readonly ModelFiring[] {
    return this.engine.firings;
  }

  feed([id, fields]: StreamEntry): void {
    const at = millisecondsOf(id);
    this.entries += 1;
    this.#changeBefore(id, at);
    // What was set straight has its first id and then its own fields; the model reads both.
    const own = fields[0] === 'straightened' ? fields.slice(2) : fields;
    if (own[0] === 'forged' || own.at(-2) === FORGED) this.refused.push(id);
    else if (own[0] === 'firing') this.#feedOwn(id, at, own);
    else if (own[0] === 'released') this.#feedReleased(id, at, own);
    else this.#feedSent(id, at, fields);
    this.engine.applyAll(at);
  }

  /** To be called behind the last entry. */
  finish(): void {
    for (const change of this.#changes.splice(0)) this.#make(change, change.at);
    for (const { event } of this.#log.appended) {
      const behind = event.follows ? ` that follows ${event.follows}` : '';
      this.faults.push(`the log lacks ${event.event} ${event.id}${behind}`);
    }
  }

  /** A change is never ahead of the oldest entry that waits behind it. */
  #changeBefore(id: string, at: number): void {
    for (let [next] = this.#changes; next !== undefined && isAfter(id, next.position); [next] = this.#changes) {
      this.#changes.shift();
      this.#make(next, Math.min(next.at, at));
    }
  }

  #make({ id, document }: Change, at: number): void {
    if (document) this.engine.put(document, at);
    else this.engine.delete(id, at);
  }

  #feedSent(id: string, at: number, fields: readonly string[]): void {
    // The model takes ids of every form, as scenarios do.
    const decoded = decode({ id, fields: [...fields] }, { anyId: false });
    // One whose id another entry will get never waits, so that it is not in the way of that (src/model/intake.ts).
    const waits = decoded.kind === 'event' && decoded.waits;
    this.#log.showing(() => {
      if (decoded.kind === 'rejected' || this.engine.send(fields, at, id) !== null) this.refused.push(id);
    }, waits);
  }

  #feedOwn(id: string, at: number, fields: readonly string[]): void {
    const name = `automation.${fieldOf(fields, 'state').toLowerCase()}`;
    const resource = `automation.${fieldOf(fields, 'automation')}`;
    const occurred = Number(fieldOf(fields, 'triggered'));
    const own = this.#next(at, (event) => event.own);
    if (own === undefined || own.event !== name || own.resource.id !== resource || own.occurred !== occurred) {
      const expected = own === undefined ? 'nothing' : `${own.event} ${own.resource.id} ${own.occurred}`;
      this.faults.push(`${id}: ${name} ${resource} ${occurred}, expected ${expected}`);
      return;
    }
    const event = { ...own, received: at, t: Math.min(own.occurred, at) };
    this.#log.showing(() => this.#log.append(event, at));
  }

  #feedReleased(id: string, at: number, fields: readonly string[]): void {
    const wanted = (JSON.parse(fields[1] ?? '{}') as { id?: unknown }).id;
    const event = this.#next(at, (candidate) => !candidate.own && candidate.id === wanted);
    if (event === undefined) this.faults.push(`${id}: ${String(wanted)} was released and is not expected to be`);
    else this.#log.showing(() => this.#log.append(event, at, false));
  }

  /** What was appended before this entry, for which the time up to here may have to pass first. */
  #next(at: number, fits: (event: ModelEvent) => boolean): ModelEvent | undefined {
    const ready = this.#log.shown(fits);
    if (ready !== undefined) return ready.event;
    this.engine.tick(at);
    return this.#log.shown(fits)?.event;
  }
}
