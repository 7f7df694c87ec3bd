import { Webhook } from 'standardwebhooks';
import { FailedForGood, type Said, TryAgain } from '../relay/outcome.ts';
import type { HttpAnswer, WayOut } from './way-out.ts';

/** Longest wait that a receiver may ask for. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Statuses that say that the same request may succeed later; all of 5xx do as well. */
const PASSING = new Set([408, 425, 429]);

export type HttpDelivery = Readonly<{
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  contentType: string;
  /** The job's: the same at every try */
  id: string;
  /** Key of the signature by Standard Webhooks; null for none */
  secret: string | null;
  trusted: boolean;
  timeoutMs: number;
  nowMs: number;
}>;

/**
 * Sends one delivery, known by its id and signed where there is a key.
 * @returns what was answered
 * @throws FailedForGood for a 4xx that stays so, TryAgain for what may pass
 */
export async function deliver(way: WayOut, delivered: HttpDelivery): Promise<Said> {
  const { url, method, body, id, timeoutMs, trusted } = delivered;
  const answer = await way.send({ url, method, body, timeoutMs, trusted, headers: headersOf(delivered) });
  const { status } = answer;
  const answered = { status, body: answer.body };
  if (status >= 200 && status < 300) return answered;
  const said = `${url.host} answered ${status}${answer.body === '' ? '' : `: ${oneLine(answer.body)}`}`;
  if (status < 500 && !PASSING.has(status)) throw new FailedForGood(said, answered);
  throw new TryAgain(said, retryAfterMs(answer, delivered.nowMs), { cause: id, said: answered });
}

function headersOf({ headers, contentType, body, id, secret, nowMs }: HttpDelivery): Record<string, string> {
  const sent = {
    'user-agent': 'watchfire',
    ...(body === null ? {} : { 'content-type': contentType }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
  };
  if (secret === null) return sent;
  return { ...sent, 'webhook-signature': new Webhook(secret).sign(id, new Date(nowMs), body ?? '') };
}

/** What `Retry-After` asks for, seconds or a date; 0 for nothing that can be read. */
function retryAfterMs({ retryAfter }: HttpAnswer, nowMs: number): number {
  if (retryAfter === null) return 0;
  const at = /^\d{1,9}$/.test(retryAfter) ? nowMs + Number(retryAfter) * 1_000 : Date.parse(retryAfter);
  if (!Number.isFinite(at)) return 0;
  return Math.min(Math.max(0, at - nowMs), LONGEST_RETRY_AFTER_MS);
}

/** It is not cut here: that is done when its secrets are taken out. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
