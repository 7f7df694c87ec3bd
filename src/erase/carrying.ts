import { decodeKey } from '../match/key.ts';
import { lookup } from '../match/labels.ts';
import type { Event, EventDocument, Labels } from '../model/event.ts';
import type { ChildFiring, Firing } from '../model/firing.ts';
import { isRecord } from '../model/record.ts';
import type { Trigger } from '../model/trigger.ts';

/** Finds what carries a label with a value: events by any of their resources, or by a path in the payload, and all that holds such an event. */
export class Carrying {
  readonly name: string;
  readonly value: string;
  /** What an automation says of a firing has the firing's key under other names (rules 10). */
  readonly #names: readonly string[];

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.#names = [name, `label.${name}`];
  }

  event(event: Pick<Event, 'resource' | 'related' | 'payload'>): boolean {
    const { name, value } = this;
    if (lookup(event, name) === value || [event.resource, ...event.related].some((labels) => this.labels(labels)))
      return true;
    const { triggering_event: caused } = event.payload;
    return isRecord(caused) && this.document(caused);
  }

  /** A document of an event, whatever else it may be. */
  document(document: unknown): boolean {
    if (!isRecord(document)) return false;
    const { resource, related = [], payload = {} } = document;
    if (!isRecord(resource)) return false;
    const event = {
      resource,
      related: Array.isArray(related) ? related : [],
      payload: isRecord(payload) ? payload : {},
    };
    return this.event(event as Pick<Event, 'resource' | 'related' | 'payload'>);
  }

  /** The labels of a resource, or of a key. */
  labels(labels: Labels): boolean {
    return this.#names.some((name) => labels[name] === this.value);
  }

  firing({ labels, event, children, ...firing }: Firing | ChildFiring): boolean {
    const collected: readonly EventDocument[] = ('collected' in firing && firing.collected) || [];
    if (this.labels(labels) || (event !== null && this.document(event))) return true;
    return collected.some((one) => this.document(one)) || children.some((child) => this.firing(child));
  }

  /** Whether a key of a trigger has the value. */
  key(forEach: readonly string[], key: string): boolean {
    const values = decodeKey(key, forEach.length);
    return forEach.some((name, i) => this.#names.includes(name) && values[i] === this.value);
  }

  /** Whether each key of an automation is one value of the label: then a key that has another one never met it. */
  divides(trigger: Trigger): boolean {
    if (!trigger.forEach.some((name) => this.#names.includes(name))) return false;
    return trigger.type === 'event' || trigger.triggers.every((child) => this.divides(child));
  }

  /** What cannot be read as anything: whether the value stands in it. */
  texts(texts: readonly string[]): boolean {
    const escaped = JSON.stringify(this.value).slice(1, -1);
    return texts.some((text) => text.includes(this.value) || text.includes(escaped));
  }
}

/** An event in the place of one that was erased. */
export function withoutContent(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...document, resource: { id: 'erased' }, related: [], payload: {} };
}
