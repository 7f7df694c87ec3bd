import { z } from 'zod';
import type { TriggeredAction } from '../documents/got.ts';
import { addKey } from './firing.ts';
import { isMappedType, mapped } from './prefect-actions.ts';
import { emptyRecord } from './record.ts';

/**
 * How far a delivery is. `waiting`: it has not been tried, or is to be tried as if it had not. `retried`: it failed, and is tried again.
 * `sent`: it was taken. `failed`: for good, until somebody retries it.
 */
export const DELIVERY_STATES = ['waiting', 'retried', 'sent', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What is kept of an answer, in bytes, and of an error and of the labels, in characters. */
export const ANSWER_BYTES = 2_048;
const ERROR_CHARACTERS = 500;
const LABELS_CHARACTERS = 1_000;

const text = z.string();
const whole = z.number().int().min(0);

const record = z.object({
  automation: text.describe('Id of the automation'),
  firing: text.describe('Id of the firing'),
  index: whole.describe('Which action of the automation it is (rules 11)'),
  type: text.describe('Type of the action'),
  target: text.nullable().describe('Its target, or the URL as the document has it; null for neither'),
  labels: z.record(z.string(), z.string()).describe('The key with its names, where it is short'),
  state: z.enum(DELIVERY_STATES),
  tries: whole.describe('How often it was tried'),
  attempts: whole.describe('How often it may be tried'),
  status: whole.nullable().describe('HTTP status of the last answer; null without one'),
  answer: text.describe(`The beginning of that answer, ${ANSWER_BYTES} bytes of it, without secrets`),
  error: text.describe('What the last try failed with; empty for none'),
  at: whole.describe('When this was noted, in ms since 1970'),
});

/** How a delivery went, as it is kept in Redis. */
export type DeliveryRecord = Readonly<z.output<typeof record>>;

/** One delivery: the job that carries it, and how it went. */
export type Delivery = DeliveryRecord & Readonly<{ job: string }>;

/** The record in a text; null for what others wrote there. */
export function deliveryIn(text: string | null): DeliveryRecord | null {
  if (text === null) return null;
  try {
    return record.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What a try came to. `answer`: of an HTTP receiver, without secrets. */
export type Tried = Readonly<{
  state: DeliveryState;
  tries: number;
  attempts: number;
  error: string;
  answer: Readonly<{ status: number; body: string }> | null;
}>;

/** What is kept of a try. */
export function recordOf(
  job: TriggeredAction,
  { state, tries, attempts, error, answer }: Tried,
  at: number,
): DeliveryRecord {
  const { automation, firing, action_index: index, triggering_labels: labels, action } = job;
  return {
    automation: automation.id,
    firing: firing.id,
    index,
    type: action.type,
    target: targetOf(job),
    labels: JSON.stringify(labels).length <= LABELS_CHARACTERS ? { ...labels } : {},
    state,
    tries,
    attempts,
    status: answer?.status ?? null,
    answer: beginning(answer?.body ?? ''),
    error: error.slice(0, ERROR_CHARACTERS).toWellFormed(),
    at,
  };
}

/** A job that nobody has begun, as BullMQ has it. `data`, `opts`: what stands there, which others may have written. */
export function untried(
  job: string,
  data: unknown,
  { type, added, opts }: Readonly<{ type: string; added: number; opts: unknown }>,
): Delivery | null {
  const given = Object(data) as Partial<TriggeredAction>;
  const { automation, firing, action } = given;
  if (typeof automation?.id !== 'string' || typeof firing?.id !== 'string' || typeof action?.type !== 'string')
    return null;
  const { attempts } = Object(opts) as { attempts?: unknown };
  const tried: Tried = {
    state: 'waiting',
    tries: 0,
    attempts: typeof attempts === 'number' ? attempts : 1,
    error: '',
    answer: null,
  };
  return {
    job,
    ...recordOf({ triggering_labels: {}, action_index: 0, ...given } as TriggeredAction, tried, added),
    type,
  };
}

/** So many bytes of an answer as are kept, without half a character at the end. */
function beginning(body: string): string {
  return Buffer.from(body)
    .subarray(0, ANSWER_BYTES)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}

/** Where it goes, as the document names it; null where it says neither a target nor a URL. */
export function targetOf(job: TriggeredAction): string | null {
  const action = isMappedType(job.action.type) ? mapped(job.action) : job.action;
  const { target, url } = Object(action) as Readonly<Record<string, unknown>>;
  if (typeof target === 'string') return target;
  return typeof url === 'string' ? url.slice(0, ERROR_CHARACTERS) : null;
}

/** The causes of what an action does: those of the event that it is about, with its automation at their end, once (rules 14). */
export function causesOf({ triggering_event: event, automation }: TriggeredAction): string[] {
  const chain = event?.cause_chain ?? [];
  return chain.at(-1) === automation.id ? [...chain] : [...chain, automation.id];
}

/** Names of the events that tell how deliveries ended. */
export const DELIVERY_EVENTS = ['automation.action.executed', 'automation.action.failed'] as const;

/**
 * The event that says how a delivery ended. Automations can be keyed by its target, and like the automation whose action it was.
 * @param start number of the try: two tries of a job have two events
 */
export function deliveryEvent(id: string, job: TriggeredAction, kept: DeliveryRecord, start: number): object {
  const { automation, triggering_event: event, triggering_labels: labels } = job;
  const { firing, state, tries, status, error, target, type, index } = kept;
  const [executed, failed] = DELIVERY_EVENTS;
  const resource = emptyRecord<string>();
  resource.id = `automation.${automation.id}`;
  resource.name = automation.name;
  addKey(resource, labels);
  resource.action = type;
  resource.action_index = String(index);
  if (target) resource.target = target;
  return {
    id: `s-${id}-${start}`,
    event: state === 'sent' ? executed : failed,
    resource,
    related: event === null ? [] : [{ id: `event.${event.id}`, role: 'triggering-event' }],
    payload: { job: id, firing, tries, status, error, triggering_labels: labels },
    cause_chain: causesOf(job),
  };
}
