import type { ModelEngine } from '../../oracle/engine.ts';
import type { WholeStory } from '../../oracle/story.ts';

/** What is compared after a step: lines of text in no particular order, the firings in order of emission. */
export type Picture = { firings: string[]; state: string[] };

export type WindowLine = {
  automation: string;
  path: string;
  key: readonly string[];
  start: number;
  end: number;
  count: number;
  due: number | null;
  keepUntil: number | null;
  silent: boolean;
  lastEvent: string | null;
};

export type AlertLine = {
  automation: string;
  path: string;
  key: readonly string[];
  start: number;
  missing: number;
  /** null: it ends by time. */
  forgetAt: number | null;
  last: number | null;
  reminds: number | null;
};

/** What rules 17 keep of a key: `what` says which it is. */
export type KeptLine = {
  automation: string;
  path: string;
  key: readonly string[];
  what: string;
  times: readonly number[];
  until: number;
};

export type ChildLine = {
  automation: string;
  path: string;
  group: readonly string[];
  child: number;
  time: number;
  keepUntil: number;
};

export type FiringLine = {
  id: string;
  automation: string;
  labels: Readonly<Record<string, string>>;
  event: string | null;
  children: number;
  state: 'triggered' | 'resolved';
  triggered: number;
  /** 0 when it is none. */
  reminder: number;
  /** What it was made of, and its children. */
  making: WholeStory;
  shadow: boolean;
  /** Ids of the events that it brings, and how many its window had; null for what brings none. */
  collected: { readonly events: readonly string[]; readonly counted: number } | null;
};

/** Writes both sides alike. Ids of the engine's own events differ between the two, so they are written as `@n`. */
export class Writer {
  readonly #own = new Map<string, string>();

  #event(id: string | null): string | null {
    return id === null ? null : (this.#own.get(id) ?? id);
  }

  firing({
    id,
    automation,
    labels,
    event,
    children,
    state,
    triggered,
    reminder,
    collected,
    making,
    shadow,
  }: FiringLine): string {
    const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const brought = collected && [collected.events.map((one) => this.#event(one)), collected.counted];
    const values = [this.#event(event), children, state, triggered, reminder, brought, this.#making(making), shadow];
    const line = JSON.stringify([automation, sorted, ...values]);
    this.#own.set(`s-${id}`, `@${this.#own.size}`);
    return line;
  }

  #making({ path, story, children }: WholeStory): unknown {
    const values = Object.entries(story).sort(([a], [b]) => (a < b ? -1 : 1));
    const written = values.map(([name, value]) => [name, name === 'opener' ? this.#event(String(value)) : value]);
    return [path, written, children.map((child) => this.#making(child))];
  }

  window(w: WindowLine): string {
    const fields = [w.start, w.end, w.count, w.due, w.keepUntil, w.silent, this.#event(w.lastEvent)];
    return `window ${w.automation} ${w.path} ${JSON.stringify([w.key, ...fields])}`;
  }

  alert(a: AlertLine): string {
    return `alert ${a.automation} ${a.path} ${JSON.stringify([a.key, a.start, a.missing, a.forgetAt, a.last, a.reminds])}`;
  }

  kept(k: KeptLine): string {
    return `kept ${k.automation} ${k.path} ${JSON.stringify([k.key, k.what, k.times, k.until])}`;
  }

  child(c: ChildLine): string {
    return `child ${c.automation} ${c.path} ${JSON.stringify([c.group, c.child, c.time, c.keepUntil])}`;
  }

  parked(id: string): string {
    return `parked ${id}`;
  }

  deadline(ms: number | null): string {
    return `next deadline ${ms}`;
  }
}

/** What the model shows after a step; `from` is the number of firings before it. */
export function pictureOfModel(engine: ModelEngine, from: number, writer: Writer): Picture {
  return {
    firings: engine.firings.slice(from).map((firing) => writer.firing(firing)),
    state: [
      ...engine.openWindows().map((window) => writer.window(window)),
      ...engine.alerts().map((alert) => writer.alert(alert)),
      ...engine.kept().map((kept) => writer.kept(kept)),
      ...engine.storedChildren().map((child) => writer.child(child)),
      ...engine.parked().map((id) => writer.parked(id)),
      writer.deadline(engine.nextDeadline()),
    ],
  };
}
