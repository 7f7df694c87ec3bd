import { InvalidDocument } from '../errors.ts';
import type { Incoming } from '../model/incoming.ts';
import { parseJson } from '../model/json.ts';
import { isRecord } from '../model/record.ts';
import { bullmqEventsOf, type SourceOf, type StreamOfSource } from '../model/source.ts';
import type { ForeignStream } from '../redis/foreign.ts';

/** Fields of a job's hash, as BullMQ 5 and 6 have them. */
const ATTEMPTS_MADE = 'atm';

/** Queues of an engine: its prefix is a hash tag and `bull`. */
const OWN_PREFIX = /^\{[^{}]+\}:bull$/;

/** Completes events of a queue of BullMQ by what stands in the jobs. */
export class JobReader {
  readonly #stream: ForeignStream;
  readonly #prefix: string;
  readonly #queue: string;
  readonly #events: ReadonlySet<string>;
  readonly #withData: boolean;
  readonly #isOwn: boolean;

  constructor(stream: ForeignStream, spec: SourceOf<'bullmq'>, queue: string) {
    this.#stream = stream;
    this.#prefix = spec.prefix ?? 'bull';
    this.#queue = queue;
    this.#events = new Set(bullmqEventsOf(spec));
    this.#withData = spec.data === true;
    this.#isOwn = OWN_PREFIX.test(this.#prefix);
  }

  /**
   * What the map sees of some entries: null for an event that nobody asked for, an error for one that cannot be completed. Of a job that is
   * removed already only its id is known.
   */
  async complete(found: readonly Incoming[]): Promise<(Incoming | InvalidDocument | null)[]> {
    const wanted = found.map(({ entry }) => isRecord(entry) && this.#events.has(String(entry.event)));
    const ids = found.map(({ entry }, i) => (wanted[i] && isRecord(entry) ? String(entry.jobId ?? '') : ''));
    const known = [...new Set(ids)].filter((id) => id !== '');
    const data = this.#withData || this.#isOwn ? ['data'] : [];
    const jobs = await this.#stream.texts(
      known.map((id) => `${this.#prefix}:${this.#queue}:${id}`),
      ['name', ATTEMPTS_MADE, ...data],
    );
    const byId = new Map(known.map((id, i) => [id, jobs[i] ?? {}]));
    return found.map((incoming, i) => (wanted[i] ? this.#completed(incoming, byId.get(ids[i] ?? '') ?? {}) : null));
  }

  #completed(incoming: Incoming, job: Readonly<Record<string, string>>): Incoming | InvalidDocument {
    const { returnvalue, ...entry } = incoming.entry as Record<string, unknown>;
    const { name, [ATTEMPTS_MADE]: attempts, data } = job;
    const more: Record<string, unknown> = { queue: this.#queue };
    if (name !== undefined) more.name = name;
    if (attempts !== undefined) more.attempts = attempts;
    if (this.#withData && returnvalue !== undefined) more.returnvalue = returnvalue;
    if (this.#withData && data !== undefined) more.data = jsonOf(data);
    if (!this.#isOwn || entry.jobId === undefined) return { ...incoming, entry: { ...entry, ...more } };
    const chain = chainOf(jsonOf(data ?? ''));
    if (chain === null)
      return new InvalidDocument('entry.jobId', 'names a job that is gone, so what led to it is not known');
    return { ...incoming, entry: { ...entry, ...more, cause_chain: chain } };
  }
}

/** What completes the events of a stream; null where it is no queue of BullMQ. */
export function jobReaderOf({ spec, queue }: StreamOfSource, stream: ForeignStream): JobReader | null {
  return spec.type === 'bullmq' && queue !== null ? new JobReader(stream, spec, queue) : null;
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text, 'data');
  } catch (error) {
    if (error instanceof InvalidDocument) return text;
    throw error;
  }
}

/** The automations that led to a job of the engine: without them its events could lead to it again without end (rules 14). */
function chainOf(data: unknown): string[] | null {
  if (!isRecord(data) || !isRecord(data.automation) || typeof data.automation.id !== 'string') return null;
  const { triggering_event: event } = data;
  const before = isRecord(event) && Array.isArray(event.cause_chain) ? event.cause_chain : [];
  return [...before.filter((id) => typeof id === 'string'), data.automation.id];
}
