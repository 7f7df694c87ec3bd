import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { ActionDocument } from '../documents/given.ts';
import type { TriggeredAction } from '../documents/got.ts';
import { InvalidDocument } from '../errors.ts';
import { parseAction } from '../model/action.ts';
import { renderAction } from '../model/action-templates.ts';
import type { CarriedAction } from '../model/carried-actions.ts';
import { parseDuration } from '../model/duration.ts';
import { isMappedType, mapped } from '../model/prefect-actions.ts';
import { contextOf } from '../model/template-context.ts';
import type { Store } from '../redis/store.ts';
import { FailedForGood, TryAgain } from '../relay/outcome.ts';
import { summaryTexts } from './summary.ts';
import type { WatchedTargets } from './watched-targets.ts';
import type { WayOut } from './way-out.ts';

/** How long one try may take where the action does not say. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** What handlers work with. */
export type Tools = Readonly<{
  redis: Redis;
  store: Store;
  logger: Logger;
  /** Where actions of type `log` write */
  lines: Logger;
  targets: WatchedTargets;
  way: WayOut;
  nowMs: () => number;
  /** Asks for room in the log for so many characters: null when there is some, else a promise. @throws Overloaded, here or there */
  admit: (characters: number) => Promise<void> | null;
  /** Certificates of authorities beside the usual ones, for tests */
  ca?: string | undefined;
}>;

/** One delivery: the job, its action with templates filled in, how long a try may take, and the span that it belongs to. */
export type DeliveryJob<Action> = Readonly<{
  id: string;
  job: TriggeredAction;
  action: Action;
  timeoutMs: number;
  traceparent: string | null;
}>;

/** The action of a job as it is carried out: of Prefect's as one of Watchfire. @throws FailedForGood */
export function actionOf(job: TriggeredAction): ActionDocument {
  if (!isMappedType(job.action.type)) return job.action;
  const own = mapped(job.action);
  if (typeof own === 'string') throw new FailedForGood(`the action ${own}`);
  return own as ActionDocument;
}

/** Checks an action once more, and fills in its templates. @throws FailedForGood */
export function filledIn(job: TriggeredAction): CarriedAction {
  const place = `action ${job.action_index}`;
  try {
    const action = parseAction(actionOf(job), place);
    // What a summary says is no template: keys are what producers sent.
    if (job.summary) return { ...action, ...summaryTexts(job.automation, job.summary) } as CarriedAction;
    return withTexts(renderAction(action, contextOf(job), place)) as CarriedAction;
  } catch (error) {
    if (error instanceof InvalidDocument) throw new FailedForGood(error.message);
    throw error;
  }
}

/** Keys that are texts whatever a lone template gave; `headers`, `resource` and `related` hold such texts. */
const TEXTS = ['url', 'subject', 'body', 'event', 'automation', 'reason', 'message'];

function withTexts(action: ActionDocument): Record<string, unknown> {
  const given: Record<string, unknown> = { ...action };
  for (const key of TEXTS) {
    if (key === 'body' && given.type === 'webhook') continue;
    if (given[key] !== undefined) given[key] = asText(given[key]);
  }
  if (typeof given.headers === 'object') given.headers = headersIn(given.headers);
  if (typeof given.resource === 'object') given.resource = textsIn(given.resource);
  if (Array.isArray(given.related)) given.related = given.related.map(textsIn);
  return given;
}

function textsIn(values: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, asText(value)]));
}

/** A header holds no text of every language: what would break the request, or the header, goes as in URLs. An event could stop it else. */
function headersIn(values: unknown): Record<string, string> {
  const encoded = (text: string): string => text.toWellFormed().replace(/[^\t\x20-\x7e]/gu, encodeURIComponent);
  return Object.fromEntries(Object.entries(textsIn(values)).map(([name, text]) => [name, encoded(text)]));
}

function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** How long one try of an action may take, in ms. */
export function timeoutOf(action: ActionDocument): number {
  return parseDuration((action as Readonly<Record<string, unknown>>).timeout)?.ms ?? DEFAULT_TIMEOUT_MS;
}

/** Ends what takes too long by an error; the work itself hears of it by the signal. @throws TryAgain */
export async function inTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new TryAgain('timed out')));
  });
  return await Promise.race([work(signal), late]);
}
