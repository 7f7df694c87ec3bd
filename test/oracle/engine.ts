import { parseAutomation } from '../../src/model/automation.ts';
import type { Labels } from '../../src/model/event.ts';
import { applyComposite, emptyGroup } from './composite.ts';
import { type ModelEvent, readEntry } from './event.ts';
import { type Firing, stateChangeEvent } from './firing.ts';
import { hold, unhold } from './hold.ts';
import { compareText, interest, keyOf } from './keys.ts';
import { carryOver, clearKey, openStanding, restart } from './lifecycle.ts';
import { type Entry, Log } from './log.ts';
import { applyProactive } from './proactive.ts';
import { endByTime } from './raised.ts';
import { applyReactive } from './reactive.ts';
import { remind } from './reminders.ts';
import { overFiring, resolvedByHand, resolvedFiring } from './resolved.ts';
import { compareDue, type Due, duesOf, firstDue, forget, nextEnd, type Settled, settle } from './settle.ts';
import { type EventNode, keyText, type Loaded, load, type Node, type Rare } from './state.ts';
import { type WholeStory, wholeStory } from './story.ts';
import {
  type ModelAlert,
  type ModelChild,
  type ModelKept,
  type ModelWindow,
  viewAlerts,
  viewChildren,
  viewKept,
  viewWindows,
} from './views.ts';

const LONGEST_CHAIN = 8;

export type ModelFiring = {
  readonly id: string;
  readonly automation: string;
  readonly labels: Labels;
  /** Id of the triggering event. */
  readonly event: string | null;
  /** Number of direct child firings. */
  readonly children: number;
  readonly state: 'triggered' | 'resolved';
  /** Ms. */
  readonly triggered: number;
  readonly cause: string;
  /** 0 when it is none. */
  readonly reminder: number;
  /** Ids of the collected events, and how many were counted; null for what brings none. */
  readonly collected: { readonly events: readonly string[]; readonly counted: number } | null;
  readonly making: WholeStory;
  readonly shadow: boolean;
};

/** A sequential reference model of the rules, in memory. `at` is Redis time in ms and never goes back. */
export class ModelEngine {
  readonly firings: ModelFiring[] = [];
  readonly met = new Set<Rare>();
  readonly #log: Log;
  /** In order of id. */
  #automations: Loaded[] = [];
  /** State-change events in order of emission, not yet in the log. */
  #outbox: ((received: number) => ModelEvent)[] = [];

  /** @param log another one decides where what is appended stands */
  constructor(log = new Log()) {
    this.#log = log;
  }

  /** Rules 13. One that means the same is a change as well, before which what is due is settled. Throws InvalidDocument, and then has changed nothing. */
  put(document: unknown, at: number): void {
    const parsed = parseAutomation(document);
    const old = this.#automations.find(({ automation }) => automation.id === parsed.id);
    const mode = parsed.mode ?? old?.automation.mode ?? null;
    const next = load({ ...parsed, mode }, document, (what) => this.met.add(what));
    const asOf = this.#beforeChange(at);
    const others = this.#automations.filter((loaded) => loaded !== old);
    this.#automations = [...others, next].sort((a, b) => compareText(a.automation.id, b.automation.id));
    if (old !== undefined) carryOver(old, next);
    if (!next.automation.enabled) return;
    if (old !== undefined && !old.automation.enabled) restart(next, asOf);
    openStanding(next, asOf);
  }

  /** Reading: deleting an unknown id is no change at all, so it lets nothing out. */
  delete(id: string, at: number): void {
    if (this.#automations.every(({ automation }) => automation.id !== id)) return;
    this.#beforeChange(at);
    this.#automations = this.#automations.filter(({ automation }) => automation.id !== id);
  }

  /** Rules 13, clear: of each trigger that counts by these names. */
  clear(id: string, labels: Labels, at: number): void {
    const loaded = this.#automations.find(({ automation }) => automation.id === id);
    if (loaded !== undefined) clearKey(loaded, labels, this.#beforeChange(at));
  }

  /** Rules 13, resolve. */
  resolve(id: string, labels: Labels, at: number): void {
    const loaded = this.#automations.find(({ automation }) => automation.id === id);
    if (loaded === undefined) return;
    const ended = resolvedByHand(loaded.root, labels, this.#beforeChange(at), at);
    if (ended === null) return;
    this.met.add('resolved by hand');
    this.#emit(loaded, ended);
    this.#flush(at);
  }

  /** Appends what a sender added. Returns the reason, `path: reason`, when it is refused at the door. */
  send(fields: readonly string[], at: number, id = this.#log.nextEntryId(at)): string | null {
    const event = readEntry(id, fields);
    if ('reason' in event) return event.reason;
    this.#log.append(event, at);
    return null;
  }

  /** Applies the log until it is empty; what is appended meanwhile stands at `at`. */
  applyAll(at: number): void {
    for (let entry = this.#log.take(); entry !== undefined; entry = this.#log.take()) {
      const asOf = this.#log.pass(entry) - this.#log.lag;
      if (entry.event === null) {
        this.#catchUp(asOf);
        this.#flush(at);
        continue;
      }
      const fate = this.#log.fateOf(entry);
      if (fate !== 'nothing') this.#catchUp(asOf);
      if (fate === 'parked') this.#park(entry);
      if (fate === 'applied') this.#apply(entry, asOf);
      if (!entry.waits) for (const loaded of this.#automations) unhold(loaded, entry.event.id, asOf);
      this.#flush(at);
      if (fate === 'applied') this.#log.releaseFollowers(entry.event.id, at);
    }
  }

  /** One run of the scheduler (rules 8.2). */
  tick(at: number): void {
    const now = Math.min(at, this.#log.oldest);
    const held = this.#log.held(now);
    this.#catchUp(held - this.#log.lag);
    this.#flush(at);
    this.#log.releaseOverdue(held, at);
  }

  openWindows(): ModelWindow[] {
    return viewWindows(this.#automations);
  }

  alerts(): ModelAlert[] {
    return viewAlerts(this.#automations);
  }

  kept(): ModelKept[] {
    return viewKept(this.#automations);
  }

  storedChildren(): ModelChild[] {
    return viewChildren(this.#automations);
  }

  parked(): string[] {
    return this.#log.parkedIds;
  }

  nextDeadline(): number | null {
    return nextEnd(this.#enabled);
  }

  get #enabled(): Loaded[] {
    return this.#automations.filter(({ automation }) => automation.enabled);
  }

  #beforeChange(at: number): number {
    const asOf = this.#log.held(at) - this.#log.lag;
    this.#catchUp(asOf);
    this.#flush(at);
    return asOf;
  }

  #catchUp(asOf: number): void {
    const enabled = this.#enabled;
    for (let next = firstDue(enabled, asOf); next !== null; next = firstDue(enabled, asOf)) {
      const { loaded, due } = next;
      const settledAsOf = due.kind === 'window' ? due.window.due : due.time;
      this.#settle(loaded, due, settledAsOf, settledAsOf);
    }
    for (const loaded of enabled) forget(loaded, asOf);
  }

  #park(entry: Entry): void {
    this.#log.park(entry);
    for (const loaded of this.#seeing(entry.event)) hold(loaded, entry.event);
  }

  /** Steps 2 and 3 of rules 7.1, caught up already. */
  #apply(entry: Entry, asOf: number): void {
    const { event } = entry;
    this.#log.accept(entry);
    for (const loaded of this.#seeing(event)) {
      this.#settleOwn(loaded, event, asOf);
      const firing = this.#walk(loaded, loaded.root, event, asOf);
      if (firing !== null) this.#emit(loaded, firing);
    }
  }

  /** Rules 14: the enabled automations that the cause chain of an event lets see it. */
  #seeing({ causeChain }: ModelEvent): Loaded[] {
    if (causeChain.length > LONGEST_CHAIN) return [];
    return this.#enabled.filter(({ automation }) => {
      return automation.allowSelfTrigger || !causeChain.includes(automation.id);
    });
  }

  #settleOwn(loaded: Loaded, event: ModelEvent, asOf: number): void {
    for (const node of loaded.nodes) {
      if (node.kind !== 'event' || interest(node.trigger, event) === null) continue;
      const text = keyText(keyOf(event, node.trigger.forEach));
      const passed = () => [...duesOf(node, text)].filter(({ time }) => time <= event.t).sort(compareDue)[0];
      for (let due = passed(); due !== undefined; due = passed()) {
        // A held window can set an alert that is over at this very as_of.
        node.forgotAsOf = Number.NEGATIVE_INFINITY;
        this.#settle(loaded, due, event.t, asOf);
      }
    }
  }

  #settle(loaded: Loaded, due: Due, s: number, asOf: number): void {
    const { node, key } = due;
    if (due.kind === 'window') this.#letOut(loaded, node, settle(node, due.window, s, asOf), asOf);
    else if (due.kind === 'alert') this.#emit(loaded, endByTime(node, due.raised, asOf));
    else this.#emit(loaded, remind(node, key, due.reminding, due.start));
  }

  #letOut(loaded: Loaded, node: EventNode, settled: Settled | null, asOf: number): void {
    if (settled === null) return;
    const { firing, rises, over } = settled;
    if (rises) this.#rise(loaded, node, firing, asOf);
    if (over !== null && node.parent === null) this.#emit(loaded, overFiring(node, firing, over));
  }

  #walk(loaded: Loaded, node: Node, event: ModelEvent, asOf: number): Firing | null {
    if (node.kind === 'composite') {
      emptyGroup(node, event);
      const received = node.children.flatMap((child) => {
        const firing = this.#walk(loaded, child, event, asOf);
        return firing === null ? [] : [{ child: child.index, firing }];
      });
      return applyComposite(node, received, asOf);
    }
    const found = interest(node.trigger, event);
    if (found === null) return null;
    const meeting = { event, interest: found, asOf };
    if (node.trigger.posture === 'Reactive') {
      const { fired, ended } = applyReactive(node, meeting);
      if (ended === null) return fired;
      // Only a root has an alert that ends (rules 17.10).
      if (fired !== null) this.#emit(loaded, fired);
      this.#emit(loaded, ended);
      return null;
    }
    const alert = node.alerts.get(keyText(keyOf(event, node.trigger.forEach)));
    // A trigger inside a composite ends its alert silently (rules 11).
    if (applyProactive(node, meeting) && node.parent === null) {
      this.#emit(loaded, resolvedFiring(node, event, alert));
    }
    return null;
  }

  /** A firing let out by settling goes up on its own. */
  #rise(loaded: Loaded, node: Node, firing: Firing, asOf: number): void {
    if (node.parent === null) {
      this.#emit(loaded, firing);
      return;
    }
    const risen = applyComposite(node.parent, [{ child: node.index, firing }], asOf);
    if (risen !== null) this.#rise(loaded, node.parent, risen, asOf);
  }

  #emit({ automation, root }: Loaded, firing: Firing): void {
    const { id, labels, event, children, state, time, cause, reminder, collected, shadow } = firing;
    this.firings.push({
      id,
      automation: automation.id,
      labels,
      event: event?.id ?? null,
      children: children.length,
      state,
      triggered: time,
      cause,
      reminder,
      collected: collected && { ...collected, events: collected.events.map((one) => one.event.id) },
      making: wholeStory(firing),
      shadow,
    });
    if (!shadow) this.#outbox.push((received) => stateChangeEvent(firing, root, automation, received));
  }

  #flush(at: number): void {
    for (const make of this.#outbox) this.#log.append(make(at), at);
    this.#outbox = [];
  }
}
