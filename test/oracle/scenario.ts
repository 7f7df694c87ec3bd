import { InvalidDocument } from '../../src/errors.ts';
import type { Labels } from '../../src/model/event.ts';
import { ModelEngine, type ModelFiring } from './engine.ts';

/** One line of the recorded scenarios, without its answer. */
export type Step = {
  at: string;
  event?: unknown;
  tick?: true;
  put?: unknown;
  delete?: string;
  clear?: KeyOf;
  resolve?: KeyOf;
};

/** A key of an automation. */
export type KeyOf = { automation: string; labels: Labels };

export type Scenario = {
  name: string;
  start?: string;
  automations: readonly unknown[];
  timeline: readonly Step[];
};

export type ScenarioFiring = {
  step: number;
  automation: string;
  labels: Labels;
  event: string | null;
  children: number;
  state: 'triggered' | 'resolved';
  triggered: string;
  reminder?: number;
  collected?: string[];
  events_counted?: number;
  shadow?: true;
};

export type Refused = { step: number; reason: string };

export type Answer =
  | { name: string; firings: ScenarioFiring[]; refused?: Refused[] }
  | { name: string; invalid: string };

type State = { engine: ModelEngine; firings: ScenarioFiring[]; refused: Refused[]; own: Map<string, number> };

/**
 * At the end of which steps what was sent is applied: of up to `together` steps in a row that do nothing but send, only at the last one. So an
 * entry that the engine appends stands behind all of them.
 */
export function endsOf(timeline: Scenario['timeline'], together: number): Set<number> {
  const ends = new Set<number>();
  const sends = ({ tick, put, delete: removed, clear, resolve }: Step): boolean =>
    !(tick || put !== undefined || removed !== undefined || clear || resolve);
  let waiting = 0;
  for (const [i, step] of timeline.entries()) {
    const next = timeline[i + 1];
    waiting = sends(step) ? waiting + 1 : together;
    if (waiting < together && next !== undefined && sends(next)) continue;
    ends.add(i);
    waiting = 0;
  }
  return ends;
}

/** How a scenario is run. `afterStep` looks at the engine whenever its log is empty; `together`: see `endsOf`. */
export type Run = { afterStep?: (engine: ModelEngine, step: number) => void; together?: number };

export function runScenario(scenario: Scenario, { afterStep, together = 1 }: Run = {}): Answer {
  const { name, automations, timeline } = scenario;
  const run: State = { engine: new ModelEngine(), firings: [], refused: [], own: new Map() };
  try {
    const start = Date.parse(scenario.start ?? timeline[0]?.at ?? '1970-01-01T00:00:00.000Z');
    for (const document of automations) run.engine.put(document, start);
    const ends = endsOf(timeline, together);
    for (const [index, step] of timeline.entries()) {
      take(run, step, index);
      if (!ends.has(index)) continue;
      applyAll(run, step, index);
      afterStep?.(run.engine, index);
    }
  } catch (error) {
    if (error instanceof InvalidDocument) return { name, invalid: error.message };
    throw error;
  }
  const { firings, refused } = run;
  return refused.length > 0 ? { name, firings, refused } : { name, firings };
}

function take(run: State, step: Step, index: number): void {
  const { engine } = run;
  const at = Date.parse(step.at);
  if (step.event !== undefined) {
    const reason = engine.send(['data', JSON.stringify(step.event)], at);
    if (reason !== null) run.refused.push({ step: index, reason });
  }
  if (step.tick === true) engine.tick(at);
  if (step.put !== undefined) engine.put(step.put, at);
  if (step.delete !== undefined) engine.delete(step.delete, at);
  if (step.clear !== undefined) engine.clear(step.clear.automation, step.clear.labels, at);
  if (step.resolve !== undefined) engine.resolve(step.resolve.automation, step.resolve.labels, at);
}

function applyAll(run: State, { at }: Step, index: number): void {
  const { engine } = run;
  engine.applyAll(Date.parse(at));
  for (const firing of engine.firings.slice(run.firings.length)) note(run, firing, index);
}

/** A state-change event is written as `@n`, n being the index of its firing. */
function note(run: State, firing: ModelFiring, step: number): void {
  const { automation, labels, children, state, triggered, reminder, collected, shadow } = firing;
  const written = (id: string): string => (run.own.has(id) ? `@${run.own.get(id)}` : id);
  const event = firing.event === null ? null : written(firing.event);
  run.own.set(`s-${firing.id}`, run.firings.length);
  run.firings.push({
    step,
    automation,
    labels,
    event,
    children,
    state,
    triggered: new Date(triggered).toISOString(),
    ...(reminder > 0 && { reminder }),
    ...(collected !== null && { collected: collected.events.map(written), events_counted: collected.counted }),
    ...(shadow && { shadow }),
  });
}
