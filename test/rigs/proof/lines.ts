import type { ModelEngine } from '../../oracle/engine.ts';

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
  forgetAt: number;
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
};

/** Writes both sides alike. Ids of the engine's own events differ between the two, so they are written as `@n`. */
export class Writer {
  readonly #own = new Map<string, string>();

  #event(id: string | null): string | null {
    return id === null ? null : (this.#own.get(id) ?? id);
  }

  firing({ id, automation, labels, event, children, state, triggered }: FiringLine): string {
    const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const line = JSON.stringify([automation, sorted, this.#event(event), children, state, triggered]);
    this.#own.set(`s-${id}`, `@${this.#own.size}`);
    return line;
  }

  window(w: WindowLine): string {
    const fields = [w.start, w.end, w.count, w.due, w.keepUntil, w.silent, this.#event(w.lastEvent)];
    return `window ${w.automation} ${w.path} ${JSON.stringify([w.key, ...fields])}`;
  }

  alert(a: AlertLine): string {
    return `alert ${a.automation} ${a.path} ${JSON.stringify([a.key, a.start, a.missing, a.forgetAt])}`;
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
      ...engine.storedChildren().map((child) => writer.child(child)),
      ...engine.parked().map((id) => writer.parked(id)),
      writer.deadline(engine.nextDeadline()),
    ],
  };
}
