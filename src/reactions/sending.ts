import type { TriggeredAction } from '../documents/got.ts';
import { InvalidDocument } from '../errors.ts';
import { type CarriedAction, checkUrl } from '../model/carried-actions.ts';
import { contextOf } from '../model/template-context.ts';
import { takeTurn } from '../redis/deliveries.ts';
import { FailedForGood, NotYet } from '../relay/outcome.ts';
import type { DeliveryJob, Tools } from './carrying.ts';
import { sendEmail } from './email.ts';
import { deliver } from './http-delivery.ts';
import { linksOf } from './message-links.ts';
import { type Message, messageRequest } from './messages.ts';
import { groupText, lineOf } from './summary.ts';
import { type MessageTarget, rateOf } from './target.ts';

/** How soon a target that is not in the file is looked for again. */
const MISSING_AGAIN_MS = 30_000;

export type WebhookAction = Extract<CarriedAction, { type: 'webhook' }>;
export type NotifyAction = Extract<CarriedAction, { type: 'notify' }>;

/** What sends to a target needs. */
export type SendTools = Pick<Tools, 'way' | 'nowMs' | 'ca'>;

/** An HTTP request to a target or a URL. */
export async function sendWebhook(
  tools: Tools,
  delivery: DeliveryJob<WebhookAction>,
): Promise<Record<string, unknown>> {
  const { id, action, job, timeoutMs, traceparent } = delivery;
  const target = action.target === undefined ? null : await targetFor(tools, action.target);
  if (target !== null && target.kind !== 'webhook') {
    throw new FailedForGood(
      `the target ${action.target} is of kind ${target.kind}, a webhook needs one of kind webhook`,
    );
  }
  const { body, contentType } = bodyOf(action, job, id);
  const method = action.method ?? 'POST';
  const said = await deliver(tools.way, {
    id,
    url: urlOf(target?.url ?? action.url ?? ''),
    method,
    headers: { ...(traceparent && { traceparent }), ...action.headers, ...target?.headers },
    body: method === 'GET' ? null : body,
    contentType,
    secret: target?.secret ?? null,
    trusted: target !== null,
    timeoutMs,
    nowMs: tools.nowMs(),
  });
  return { status: said.status, said };
}

/** A step to another folder, in any form in which it is taken out of a path. */
const STEP = /(?:^|[/\\])(?:\.|%2e){1,2}(?=[/\\]|$)/i;

/** A value of an event must not lead to another path than the document says. */
function urlOf(text: string): URL {
  const [path = ''] = text
    .replace(/[\t\n\r]/g, '')
    .trim()
    .split(/[?#]/, 1);
  if (STEP.test(path)) throw new FailedForGood('url: must not hold "." or ".." as a part of its path');
  try {
    return checkUrl(text, 'url');
  } catch (error) {
    if (error instanceof InvalidDocument) throw new FailedForGood(error.message);
    throw error;
  }
}

/** The body that is said, or the whole story. */
function bodyOf(
  { body, format }: WebhookAction,
  job: TriggeredAction,
  id: string,
): { body: string; contentType: string } {
  if (typeof body === 'string') return { body, contentType: 'text/plain; charset=utf-8' };
  const json = 'application/json';
  if (body !== undefined) return { body: JSON.stringify(body), contentType: json };
  const { action: _, ...data } = job;
  const type = job.firing.state === 'Triggered' ? 'automation.triggered' : 'automation.resolved';
  const time = job.firing.decided;
  if (format !== 'cloudevents') return { body: JSON.stringify({ type, timestamp: time, data }), contentType: json };
  const attributes = {
    specversion: '1.0',
    id,
    source: `/automations/${encodeURIComponent(job.automation.id)}`,
    type,
    time,
  };
  const event = { ...attributes, datacontenttype: json, data };
  return { body: JSON.stringify(event), contentType: 'application/cloudevents+json' };
}

/** A message to a target. */
export async function sendMessage(tools: Tools, delivery: DeliveryJob<NotifyAction>): Promise<Record<string, unknown>> {
  const { action, id, job, timeoutMs } = delivery;
  const target = await targetFor(tools, action.target);
  const { links } = tools.targets.current;
  const linked = target.links === true && links !== null ? linksOf(links, tools.store.namespace, job) : [];
  const message = { ...messageOf(action, job), ...(linked.length === 0 ? {} : { links: linked }) };
  return await sendTo(tools, target, { id, message, timeoutMs });
}

/** Tells a target something. @param told `id`: known to the receiver, the same at every try */
export async function sendTo(
  tools: SendTools,
  target: MessageTarget,
  { id, message, timeoutMs }: Readonly<{ id: string; message: Message; timeoutMs: number }>,
): Promise<Record<string, unknown>> {
  if (target.kind === 'email') {
    await sendEmail(target, message, { id, timeoutMs, ca: tools.ca });
    return { kind: target.kind };
  }
  const request =
    target.kind === 'webhook'
      ? { url: target.url, headers: target.headers ?? {}, body: message }
      : messageRequest(target, message);
  const said = await deliver(tools.way, {
    id,
    url: urlOf(request.url),
    method: 'POST',
    headers: request.headers,
    body: JSON.stringify(request.body),
    contentType: 'application/json',
    secret: target.kind === 'webhook' ? (target.secret ?? null) : null,
    trusted: true,
    timeoutMs,
    nowMs: tools.nowMs(),
  });
  return { kind: target.kind, status: said.status, said };
}

/** The target, as soon as it is there and takes another delivery. @throws NotYet */
async function targetFor({ targets, redis, store }: Tools, name: string): Promise<MessageTarget> {
  targets.refresh();
  const target = targets.current.find(name);
  if (target === null) {
    throw new NotYet(`there is no target ${name} in the targets file`, MISSING_AGAIN_MS, { wants: true });
  }
  const rate = rateOf(target);
  if (rate === null) return target;
  const waitMs = await takeTurn(redis, store, targets.current.nameOf(name), rate);
  if (waitMs > 0) throw new NotYet(`the target ${name} takes no more than ${target.rate}`, waitMs);
  return target;
}

function messageOf({ subject, body, severity }: NotifyAction, job: TriggeredAction): Message {
  const { automation, firing, triggering_labels: labels } = job;
  // Not the event of the job, which is the change of state for some lists of actions: people want to know what happened.
  const { alert, firing: whole } = contextOf(job);
  const { triggering_event: event } = whole;
  const many = job.group ? ` (${job.group.firings.length})` : '';
  return {
    subject: subject ?? `${alert.open ? '' : 'Resolved: '}${automation.name}${many}`,
    body: body ?? (job.group ? groupText(job.group) : lineOf(event, labels)),
    severity,
    key: job.summary ? `${automation.id} budget` : alert.key,
    open: alert.open,
    at: firing.triggered,
    automation: { id: automation.id, name: automation.name },
    labels,
  };
}
