import type { TriggeredAction, WorkerHooks } from '../../src/index.ts';
import type { Step } from './story.ts';

/** What a replay tells while it goes on. `words`: what each interested trigger made of the event. */
export type Told =
  | { kind: 'step'; step: Step }
  | { kind: 'event'; atMs: number; event: string; resource: string; outcome: string; words: readonly string[] }
  | { kind: 'firing'; action: TriggeredAction }
  | { kind: 'job'; queue: string; name: string; action: TriggeredAction };

/** Keeps count of what the engine and the handlers did, tells it, and knows when a count is reached. */
export class Progress {
  /** Entries of the log by what became of them. */
  readonly outcomes: Record<string, number> = {};
  /** Ids of the firings whose jobs were added. */
  readonly fired = new Set<string>();
  readonly handled: TriggeredAction[] = [];
  added = 0;
  #seen = 0;
  readonly #told = new Set<string>();
  #failure: Error | null = null;
  readonly #tell: (told: Told) => void;
  readonly #signal: AbortSignal;
  readonly #looks = new Set<() => void>();

  constructor(tell: (told: Told) => void, signal: AbortSignal) {
    this.#tell = tell;
    this.#signal = signal;
  }

  get seen(): number {
    return this.#seen;
  }

  /** For `startWorker`: entries as they are applied, jobs as they are added. */
  hooks(): WorkerHooks {
    return {
      observe: (entries, { words }) => {
        for (const [i, { fields }] of entries.entries()) this.#entry(fields[1] ?? '', words[i] ?? '');
        this.#ring();
      },
      onJobs: (jobs) => {
        for (const { data } of jobs) {
          this.#firing(data);
          this.fired.add(data.firing.id);
          this.added += 1;
        }
        this.#ring();
      },
    };
  }

  job(queue: string, name: string, action: TriggeredAction): void {
    this.handled.push(action);
    this.#firing(action);
    this.#tell({ kind: 'job', queue, name, action });
    this.#ring();
  }

  failed(error: Error): void {
    this.#failure = error;
    this.#ring();
  }

  /** Resolves when the condition holds; rejects when a handler failed or the replay is aborted. */
  async until(holds: () => boolean): Promise<void> {
    const signal = this.#signal;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const failure = signal.aborted ? signal.reason : this.#failure;
        if (failure === null && !holds()) return;
        this.#looks.delete(look);
        signal.removeEventListener('abort', look);
        if (failure === null) resolve();
        else reject(failure);
      };
      this.#looks.add(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  /** The first word is what became of the entry, each further one what a trigger made of it. */
  #entry(data: string, words: string): void {
    const [outcome = '', ...rest] = words.split(' ');
    const { event, resource, occurred } = JSON.parse(data);
    this.#seen += 1;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    this.#tell({ kind: 'event', atMs: Date.parse(occurred), event, resource: resource.id, outcome, words: rest });
  }

  /** A handler may take a job before the engine has heard that it was added. */
  #firing(action: TriggeredAction): void {
    if (this.#told.has(action.firing.id)) return;
    this.#told.add(action.firing.id);
    this.#tell({ kind: 'firing', action });
  }

  #ring(): void {
    for (const look of [...this.#looks]) look();
  }
}
