import type { Redis } from 'ioredis';
import type { Automation } from '../model/automation.ts';
import type { Firing } from '../model/firing.ts';
import { type GateMark, markOf } from '../model/gate-mark.ts';
import type { Silence } from '../model/silence.ts';
import type { LedgerEntry } from '../redis/ledger-group.ts';
import { type GateView, keyText, marksIn, mutedName, outcomesOf, viewGate } from '../redis/outcomes.ts';
import { allSilences } from '../redis/silences.ts';
import { passGate } from '../redis/steps/pass-gate.ts';
import type { Store } from '../redis/store.ts';
import { type GateSight, isMoreThanSending, planOf } from './gate.ts';
import type { QueueJob } from './jobs.ts';

/** A firing with its jobs, before the gate. */
export type Arriving = Readonly<{
  entry: LedgerEntry;
  firing: Firing;
  automation: Automation;
  jobs: readonly QueueJob[];
}>;

/** Firings on their way through the gate: what it depends on is read, what it decides is recorded, and the jobs that may go are left. */
export class Gatekeeper {
  readonly #redis: Redis;
  readonly #store: Store;
  /** The call before. */
  #last: Promise<unknown> = Promise.resolve();
  /** As they stood when their version was read. */
  #silences: Readonly<{ version: string; list: readonly Silence[] }> = { version: '', list: [] };

  constructor(redis: Redis, store: Store) {
    this.#redis = redis;
    this.#store = store;
  }

  /** The jobs of each that go to their queues now, one call behind the other. Rejects when Redis fails; a repeat answers the same. */
  async pass(arriving: readonly Arriving[]): Promise<(readonly QueueJob[])[]> {
    const passed = this.#last.then(() => this.#inOrder(arriving));
    this.#last = passed.catch(() => undefined);
    return await passed;
  }

  /** What ends an alert is judged when it is known what became of the firing that began it. */
  async #inOrder(arriving: readonly Arriving[]): Promise<(readonly QueueJob[])[]> {
    const passed: (readonly QueueJob[])[] = [];
    for (const part of partsOf(arriving)) {
      if (part.every(({ jobs }) => jobs.length === 0)) {
        passed.push(...part.map(({ jobs }) => jobs));
        continue;
      }
      const view = await this.#look(part);
      passed.push(...(await Promise.all(part.map((one) => this.#one(one, view)))));
    }
    return passed;
  }

  /** The same for a firing that was held until `till` (ms): of the jobs that were held. */
  async release(held: Arriving, till: number): Promise<readonly QueueJob[]> {
    const view = await this.#look([held]);
    const marks = view.outcomes.get(held.firing.id) ?? [];
    const actions = new Set(marks.flatMap((mark) => (mark.till === till ? mark.actions : [])));
    const jobs = held.jobs.filter(({ data }) => actions.has(data.action_index));
    return remaining(jobs, marksIn(await this.#ask({ ...held, jobs }, view, till)));
  }

  async #one(one: Arriving, view: GateView): Promise<readonly QueueJob[]> {
    const recorded = view.outcomes.get(one.firing.id) ?? [];
    if (recorded.length > 0) return remaining(one.jobs, recorded);
    return remaining(one.jobs, marksIn(await this.#ask(one, view, null)));
  }

  /** What is recorded of it, once the gate has decided, as JSON. */
  async #ask(one: Arriving, view: GateView, released: number | null): Promise<string> {
    const { entry, firing, automation, jobs } = one;
    if (jobs.length === 0) return '';
    const actions = jobs.map(({ data, queue }) => ({ index: data.action_index, action: data.action, queue }));
    const plan = planOf(firing, automation, actions, await this.#sight(firing, view));
    const unmutes = plan.mutes !== undefined && view.muted.has(nameOf(firing));
    if (released === null && !unmutes && !isMoreThanSending(plan)) return '';
    const call = {
      firing: firing.id,
      entry: entry.id,
      bytes: (entry.fields ?? []).reduce((sum, field) => sum + field.length, 0),
      automation: firing.automation,
      revision: firing.revision,
      labels: keyText(firing.labels),
      now: view.nowMs,
    };
    return (await passGate(this.#redis, this.#store, { call, plan, released })).record;
  }

  async #look(arriving: readonly Arriving[]): Promise<GateView> {
    const view = await viewGate(this.#redis, this.#store, {
      firings: arriving.map(({ firing }) => firing.id),
      names: arriving.flatMap(({ firing, automation }) =>
        automation.actionsOnResolve.length > 0 ? [nameOf(firing)] : [],
      ),
    });
    if (view.version !== this.#silences.version) {
      this.#silences = { version: view.version, list: await allSilences(this.#redis, this.#store) };
    }
    return view;
  }

  async #sight(firing: Firing, { nowMs, muted }: GateView): Promise<GateSight> {
    const sight = { nowMs, silences: this.#silences.list, opening: null };
    const opener = firing.state === 'Resolved' ? muted.get(nameOf(firing)) : undefined;
    if (opener === undefined) return sight;
    const [marks = []] = await outcomesOf(this.#redis, this.#store, [opener]);
    return { ...sight, opening: { firing: opener, marks } };
  }
}

/** Firings that may be judged at the same time: none of them ends an alert that another one of them begins. */
function partsOf(arriving: readonly Arriving[]): Arriving[][] {
  const parts: Arriving[][] = [];
  let begun = new Set<string>();
  for (const one of arriving) {
    const name = one.automation.actionsOnResolve.length > 0 ? nameOf(one.firing) : null;
    if (parts.length === 0 || (name !== null && one.firing.state === 'Resolved' && begun.has(name))) {
      parts.push([]);
      begun = new Set();
    }
    parts.at(-1)?.push(one);
    if (name !== null && one.firing.state === 'Triggered') begun.add(name);
  }
  return parts;
}

function nameOf({ automation, labels }: Firing): string {
  return mutedName(automation, labels);
}

/** The jobs of actions that are not kept back. */
function remaining(jobs: readonly QueueJob[], marks: readonly GateMark[]): readonly QueueJob[] {
  return marks.length === 0 ? jobs : jobs.filter(({ data }) => markOf(marks, data.action_index) === null);
}
