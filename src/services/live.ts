import type { Redis } from 'ioredis';
import type { DefinitionsView } from '../apply/loaded-definitions.ts';
import type { Clock } from '../clock.ts';
import { resourceId } from '../model/event.ts';
import { decode, type Entry } from '../model/intake.ts';
import { formatTimestamp } from '../model/timestamp.ts';
import { isReady, tellChannel } from '../redis/channel.ts';
import type { Applied } from '../redis/steps/apply.ts';
import type { QueueJob } from '../relay/jobs.ts';

/** Entries published in full each second: far more than anybody reads; the others are only counted, so that watching costs little. */
const FULL_PER_SECOND = 1_000;

/** What a trigger made of an event; `trigger` is its place in the automation's tree, `''` for the root. */
export type Decision = { automation: string; trigger: string; word: string };

/** What became of one entry of the log. Without `id`, `event` and so on when it could not be read. */
export type LiveEvent = {
  kind: 'event';
  /** Stream id. */
  entry: string;
  id?: string;
  event?: string;
  resource?: string;
  occurred?: string;
  /** Id of the event that has to take effect before it. */
  follows?: string;
  /** `applied`, `duplicate`, `parked`, `rejected` or `ignored`. */
  outcome: string;
  /** Why it was rejected, when the worker knows: `path: reason`. */
  reason?: string;
  decisions: Decision[];
  /** Ids of automations with a condition that could not be answered about it (rules 17.1); absent for none. */
  unanswered?: string[];
};

/** A job that is in its queue, and when the worker learnt it; `automation` and `firing` are ids. `delay`: ms that it waits, where it does. */
export type LiveJob = {
  kind: 'job';
  queue: string;
  name: string;
  id: string;
  automation: string;
  firing: string;
  added: string;
  delay?: number;
};

/** Entries that came too fast to be published one by one, by outcome. */
export type LiveMore = { kind: 'more'; outcomes: Record<string, number> };

export type LiveNote = LiveEvent | LiveJob | LiveMore;

/** Messages in the channel that no worker wrote. They were dropped. */
export type LiveDropped = { kind: 'dropped'; messages: number };

/** What a listener hears. */
export type LiveHeard = LiveNote | LiveDropped;

export type LiveParts = { redis: Redis; channel: string; view: () => DefinitionsView; clock: Clock };

/**
 * Publishes what a worker does on the channel of its namespace, as JSON lists of notes. Without
 * listeners the one cost is the worker's question for them, which is part of its heartbeat.
 */
export class Live {
  readonly #parts: LiveParts;
  #listeners = 0;
  /** The second that is counted, and how many entries were published in it. */
  #second = 0;
  #told = 0;
  #more = new Map<string, number>();

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** @param count how many listen, as Redis said a moment ago */
  listeners(count: number): void {
    this.#listeners = count;
    if (count === 0) this.#more.clear();
    this.#publish(this.#rest());
  }

  /** `entries` are those that `applied.words` speaks of. */
  entries(entries: readonly Entry[], applied: Applied): void {
    if (this.#listeners === 0) return;
    const second = Math.floor(this.#parts.clock.nowMs() / 1_000);
    const notes: LiveNote[] = [];
    if (second !== this.#second) {
      notes.push(...this.#rest());
      this.#second = second;
      this.#told = 0;
    }
    for (const [i, entry] of entries.entries()) {
      const words = applied.words[i] ?? '';
      if (this.#told < FULL_PER_SECOND) {
        this.#told += 1;
        notes.push(liveEventOf(entry, words, this.#parts.view()));
      } else {
        const [outcome = ''] = words.split(' ', 1);
        this.#more.set(outcome, (this.#more.get(outcome) ?? 0) + 1);
      }
    }
    this.#publish(notes);
  }

  jobs(jobs: readonly QueueJob[]): void {
    if (this.#listeners === 0) return;
    const added = formatTimestamp(this.#parts.clock.nowMs());
    this.#publish(
      jobs.map(({ queue, name, data, opts }) => ({
        kind: 'job',
        queue,
        name,
        id: data.id,
        automation: data.automation.id,
        firing: data.firing.id,
        added,
        ...(opts.delay ? { delay: opts.delay } : {}),
      })),
    );
  }

  #rest(): LiveMore[] {
    if (this.#more.size === 0) return [];
    const note: LiveMore = { kind: 'more', outcomes: Object.fromEntries(this.#more) };
    this.#more = new Map();
    return [note];
  }

  #publish(notes: readonly LiveNote[]): void {
    const { redis, channel } = this.#parts;
    // While Redis is away notes would pile up; they are worth nothing later.
    if (notes.length === 0 || !isReady(redis)) return;
    tellChannel(redis, channel, JSON.stringify(notes));
  }
}

/** What became of an entry, by the words that `apply` gave it, and the definitions that it was matched against. */
export function liveEventOf(entry: Entry, words: string, view: DefinitionsView): LiveEvent {
  const [outcome = '', ...rest] = words.split(' ');
  const decoded = decode(entry, { origin: view.origin });
  if (decoded.kind === 'rejected') {
    return { kind: 'event', entry: entry.id, outcome, reason: decoded.reason, decisions: [] };
  }
  const { event } = decoded;
  const unanswered = new Set<string>();
  const interested = outcome === 'applied' ? view.triggers.interested(event, (id) => unanswered.add(id)) : [];
  // The definitions may have changed since the decision; then the trigger of a word is unknown.
  const known = interested.length === rest.length ? interested : [];
  return {
    kind: 'event',
    entry: entry.id,
    id: event.id,
    event: event.event,
    resource: resourceId(event.resource) ?? '',
    occurred: formatTimestamp(event.occurred),
    ...(event.follows === null ? {} : { follows: event.follows }),
    outcome,
    decisions: rest.map((word, i) => ({
      automation: known[i]?.node.automationId ?? '',
      trigger: known[i]?.node.path ?? '',
      word,
    })),
    ...(unanswered.size > 0 && { unanswered: [...unanswered] }),
  };
}
