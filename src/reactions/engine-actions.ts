import { InvalidDocument, NotFound, Overloaded } from '../errors.ts';
import type { CarriedAction } from '../model/carried-actions.ts';
import { causesOf } from '../model/delivery.ts';
import { sealEvent } from '../model/intake.ts';
import { allDefinitions, findDefinition } from '../redis/definitions.ts';
import { appendElsewhere, type Switched, switchOnce } from '../redis/deliveries.ts';
import { appendOnce } from '../redis/steps/append-once.ts';
import { FailedForGood, NotYet } from '../relay/outcome.ts';
import type { DeliveryJob, Tools } from './carrying.ts';

export type EventAction = Extract<CarriedAction, { type: 'event' }>;
export type SwitchAction = Extract<CarriedAction, { type: 'pause' | 'resume' }>;
export type LogAction = Extract<CarriedAction, { type: 'log' }>;

/** Appends an event whose id is that of the job, and whose cause chain is that of the firing with its automation behind it (rules 14). */
export async function appendEvent(
  { redis, store, nowMs, admit }: Tools,
  { id, action, job, traceparent }: DeliveryJob<EventAction>,
): Promise<Record<string, unknown>> {
  const { event, resource, related, payload, occurred } = action;
  const given = { event, resource, related, payload, occurred };
  const document = { ...withoutMissing(given), id, cause_chain: causesOf(job), traceparent };
  const { data } = sealed(document, nowMs());
  const other = action.stream === undefined ? null : streamIn(action.stream, store.namespace);
  const stream = other ?? store.keys.events;
  if (stream.startsWith(`{${store.namespace}}:`)) {
    await admitted(() => admit(data.length));
    // In the log it is the engine's own, which does not move the clock (rules 4).
    const fields = [stream === store.keys.events ? 'action' : 'data', data];
    const { word, entry } = await appendOnce(redis, store, { job: id, stream, fields });
    return word === 'appended' ? { entry } : { repeated: true };
  }
  return { entry: await appendElsewhere(redis, stream, ['data', data]) };
}

/** A log that is too full is waited for. @throws NotYet */
async function admitted(ask: () => Promise<void> | null): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (error instanceof Overloaded) throw new NotYet(error.message, error.retryAfterMs);
    throw error;
  }
}

function sealed(document: object, nowMs: number): { data: string } {
  try {
    return sealEvent(document as never, () => '', nowMs, { anyId: false });
  } catch (error) {
    if (error instanceof InvalidDocument) throw new FailedForGood(`the event is none: ${error.message}`);
    throw error;
  }
}

function withoutMissing(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A stream of the user's own. In the engine's slot all names belong to the engine, but those that begin with `streams:`. */
function streamIn(name: string, namespace: string): string {
  const own = `{${namespace}}:`;
  if (!name.startsWith(own) || name.startsWith(`${own}streams:`)) return name;
  throw new FailedForGood(`stream: ${own}… belongs to the engine, but for ${own}streams:…`);
}

/** Enables or disables an automation, once for a job. */
export async function switchAutomation(
  tools: Tools,
  { id, action, job }: DeliveryJob<SwitchAction>,
): Promise<Record<string, unknown>> {
  const wanted = action.automation === 'self' ? job.automation.id : action.automation;
  const enabled = action.type === 'resume';
  try {
    const automation = await idOf(tools, wanted);
    const done: Switched = await switchOnce(tools.redis, tools.store, { job: id, id: automation, enabled });
    const { reason = '' } = action;
    tools.logger.info(
      { automation, reason, by: job.automation.id, done },
      `automation ${enabled ? 'resumed' : 'paused'}`,
    );
    return { automation, done };
  } catch (error) {
    if (error instanceof NotFound) throw new FailedForGood(error.message);
    throw error;
  }
}

/** By id, else by a name that only one has. */
async function idOf({ redis, store }: Tools, wanted: string): Promise<string> {
  if ((await findDefinition(redis, store, wanted)) !== null) return wanted;
  const named = (await allDefinitions(redis, store)).filter(({ name }) => name === wanted);
  const [only] = named;
  if (only && named.length === 1) return only.id;
  if (named.length > 1) throw new FailedForGood(`${named.length} automations are named "${wanted}"; use an id`);
  throw new NotFound(wanted);
}

/** A line in the log of this program. */
export function writeLine({ lines }: Tools, { id, action, job }: DeliveryJob<LogAction>): Record<string, unknown> {
  const { message, level = 'info' } = action;
  lines[level]({ job: id, automation: job.automation.id, labels: job.triggering_labels }, message);
  return { level };
}
