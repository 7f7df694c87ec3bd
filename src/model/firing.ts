import { InvalidDocument } from '../errors.ts';
import { type Event, type EventDocument, eventDocument, type Labels, parseEventDocument } from './event.ts';
import { parseExact } from './exact.ts';
import { joinPath } from './issue.ts';
import { parseJson } from './json.ts';
import { emptyRecord, isRecord } from './record.ts';
import { parseStory, type Story } from './story.ts';
import { compareText } from './text.ts';
import { LATEST_MS } from './timestamp.ts';

/** A firing that a composite stored and used up. Times are milliseconds since 1970. What may be missing was not recorded always. */
export type ChildFiring = {
  id: string;
  path: string;
  state: 'Triggered';
  triggered: number;
  labels: Labels;
  event: EventDocument | null;
  children: ChildFiring[];
  revision?: number;
  story?: Story;
  decided?: number;
  worker?: string;
};

/**
 * A firing as it stands in the ledger (rules 10). `path` is the place in the trigger tree, `''` for the root, else child indices joined
 * by `.`; `posture` is empty for composites. Times are milliseconds since 1970.
 */
export type Firing = {
  id: string;
  automation: string;
  revision: number;
  path: string;
  name: string;
  posture: string;
  state: 'Triggered' | 'Resolved';
  triggered: number;
  decided: number;
  labels: Labels;
  event: EventDocument | null;
  children: ChildFiring[];
  /** Its number, of a reminder of an alert (rules 17.7). */
  reminder?: number;
  /** With `collect` (rules 17.8): the last events of its window, and how many it had. */
  collected?: readonly EventDocument[];
  counted?: number;
  /** What it was made of; firings from before that was recorded have none. */
  story?: Story;
  /** It came out in shadow: it makes no jobs and no state-change event. */
  shadow?: true;
  /** Id of the worker that decided it; none where a change of definitions did. */
  worker?: string;
};

/** Reads a firing from the fields of its stream entry; `children` may be left out. Throws InvalidDocument naming the field. */
export function parseFiring(fields: readonly string[]): Firing {
  const texts = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) texts.set(fields[i] ?? '', fields[i + 1] ?? '');
  const read = (name: string): string => {
    const value = texts.get(name);
    if (value === undefined) throw new InvalidDocument(name, 'is required');
    return value;
  };
  const state = read('state');
  if (state !== 'Triggered' && state !== 'Resolved') {
    throw new InvalidDocument('state', 'must be "Triggered" or "Resolved"', state);
  }
  const event = read('event');
  return {
    id: notEmpty(read('firing'), 'firing'),
    automation: notEmpty(read('automation'), 'automation'),
    revision: wholeNumber(read('revision'), 'revision'),
    path: read('path'),
    name: read('name'),
    posture: read('posture'),
    state,
    triggered: time(Number(notEmpty(read('triggered'), 'triggered')), 'triggered'),
    decided: time(Number(notEmpty(read('decided'), 'decided')), 'decided'),
    labels: parseLabels(parseJson(read('labels'), 'labels'), 'labels'),
    event: event === '' ? null : parseEventOf(parseExact(event, 'event'), 'event'),
    children: parseChildren(parseExact(texts.get('children') || '[]', 'children'), 'children'),
    ...parsePartTwo(texts),
    ...parseMaking(texts.get('story') ?? '', texts.get('worker') ?? ''),
    ...(texts.get('shadow') === 'true' && { shadow: true as const }),
  };
}

function parseMaking(story: string, worker: string): Pick<Firing, 'story' | 'worker'> {
  return {
    ...(story !== '' && { story: parseStory(parseJson(story, 'story'), 'story') }),
    ...(worker !== '' && { worker }),
  };
}

/** What follows from the log alone: without what a run adds, by whom and when it was decided; the same of its children. */
export function ofTheLog<One extends Firing | ChildFiring>(firing: One): Omit<One, 'decided' | 'worker'> {
  const { decided: _, worker: __, ...rest } = firing;
  return { ...rest, children: firing.children.map((child) => ofTheLog(child)) };
}

/** What only firings with keys of rules 17 have. */
function parsePartTwo(texts: ReadonlyMap<string, string>): Pick<Firing, 'reminder' | 'collected' | 'counted'> {
  const [reminder, events, counted] = ['reminder', 'events', 'counted'].map((name) => texts.get(name));
  return {
    ...(reminder !== undefined && { reminder: wholeNumber(reminder, 'reminder') }),
    ...(events !== undefined && { collected: parseCollected(parseExact(events, 'events')) }),
    ...(counted !== undefined && { counted: wholeNumber(counted, 'counted') }),
  };
}

function parseCollected(value: unknown): EventDocument[] {
  if (!Array.isArray(value)) throw new InvalidDocument('events', 'must be a list of events', value);
  return value.map((event: unknown, i) => parseEventOf(event, joinPath('events', i)));
}

/** The event that says an automation fired or its alert ended (rules 10). `received`: when it entered the log, in milliseconds. */
export function stateChangeEvent(firing: Firing, received: number): Event {
  const resource = emptyRecord<string>();
  resource.id = `automation.${firing.automation}`;
  resource.name = firing.name;
  if (firing.posture !== '') resource.posture = firing.posture;
  addKey(resource, firing.labels);
  return {
    id: stateChangeEventId(firing.id),
    event: firing.state === 'Triggered' ? 'automation.triggered' : 'automation.resolved',
    resource,
    related: firing.event === null ? [] : [triggeringResource(firing.event.id)],
    occurred: firing.triggered,
    received,
    follows: null,
    payload: {
      triggering_labels: firing.labels,
      triggering_event: firing.event === null ? null : withoutNested(firing.event),
      ...(firing.reminder !== undefined && { reminder: firing.reminder }),
    },
    causeChain: [...(firing.event?.cause_chain ?? []), firing.automation],
    ...(firing.event?.traceparent !== undefined && { traceparent: firing.event.traceparent }),
  };
}

/** Labels by which automations that listen to this one can be keyed like it: `key`, and `label.<name>` for each value that is not empty. */
export function addKey(resource: Record<string, string>, labels: Labels): void {
  const names = Object.keys(labels).sort(compareText);
  resource.key = JSON.stringify(names.map((name) => labels[name] ?? ''));
  for (const name of names) if (labels[name]) resource[`label.${name}`] = labels[name];
}

/** What of rules 17 stands in documents about a firing; nothing of most. */
export function patternFields({ reminder, collected, counted }: Firing): {
  reminder?: number;
  triggering_events?: readonly EventDocument[];
  events_counted?: number;
} {
  return {
    ...(reminder !== undefined && { reminder }),
    ...(collected !== undefined && { triggering_events: collected }),
    ...(counted !== undefined && { events_counted: counted }),
  };
}

/** The id of the state-change event of a firing (rules 10). */
export function stateChangeEventId(firingId: string): string {
  return `s-${firingId}`;
}

function triggeringResource(eventId: string): Labels {
  const labels = emptyRecord<string>();
  labels.id = `event.${eventId}`;
  labels.role = 'triggering-event';
  return labels;
}

/** Without this an automation of automations would carry the whole history in its payload, and that of automations of those … */
function withoutNested(event: EventDocument): EventDocument {
  const nested = event.payload.triggering_event;
  if (!isRecord(nested)) return event;
  return { ...event, payload: { ...event.payload, triggering_event: { id: nested.id } } };
}

function notEmpty(text: string, path: string): string {
  if (text === '') throw new InvalidDocument(path, 'must not be empty');
  return text;
}

function wholeNumber(text: string, path: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidDocument(path, 'must be a whole number, 0 or more', text);
  return Number(text);
}

function time(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LATEST_MS) return value;
  throw new InvalidDocument(path, 'must be milliseconds since 1970', value);
}

function parseLabels(value: unknown, path: string): Labels {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  const labels = emptyRecord<string>();
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new InvalidDocument(joinPath(path, name), 'must be a string', text);
    labels[name] = text;
  }
  return labels;
}

function parseEventOf(value: unknown, path: string): EventDocument {
  try {
    return eventDocument(parseEventDocument(value, ''));
  } catch (error) {
    if (error instanceof InvalidDocument) throw new InvalidDocument(joinPath(path, error.path), error.reason);
    throw error;
  }
}

function parseChildren(value: unknown, path: string): ChildFiring[] {
  if (!Array.isArray(value)) throw new InvalidDocument(path, 'must be a list of firings', value);
  return value.map((child: unknown, i) => parseChild(child, joinPath(path, i)));
}

function parseChild(value: unknown, path: string): ChildFiring {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  const { id, event } = value;
  if (typeof id !== 'string' || id === '') throw new InvalidDocument(joinPath(path, 'id'), 'is required', id);
  if (typeof value.path !== 'string') throw new InvalidDocument(joinPath(path, 'path'), 'is required', value.path);
  return {
    id,
    path: value.path,
    state: 'Triggered',
    triggered: time(value.triggered, joinPath(path, 'triggered')),
    labels: parseLabels(value.labels, joinPath(path, 'labels')),
    event: event === null ? null : parseEventOf(event, joinPath(path, 'event')),
    children: parseChildren(value.children ?? [], joinPath(path, 'children')),
    ...parseMakingOfChild(value, path),
  };
}

function parseMakingOfChild(
  { revision, story, decided, worker }: Record<string, unknown>,
  path: string,
): Partial<ChildFiring> {
  if (worker !== undefined && typeof worker !== 'string') {
    throw new InvalidDocument(joinPath(path, 'worker'), 'must be a string', worker);
  }
  return {
    ...(revision !== undefined && { revision: wholeNumber(String(revision), joinPath(path, 'revision')) }),
    ...(story !== undefined && { story: parseStory(story, joinPath(path, 'story')) }),
    ...(decided !== undefined && { decided: time(decided, joinPath(path, 'decided')) }),
    ...(worker !== undefined && { worker }),
  };
}
