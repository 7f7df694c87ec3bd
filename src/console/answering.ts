import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { Ambiguous, InvalidDocument, NotFound, reasonOf, TryLater, WatchfireError } from '../errors.ts';
import type { Access } from './access.ts';
import type { Desk } from './desk.ts';
import { ConsoleRefusal } from './refusal.ts';
import { matchRoute, type Route } from './route.ts';

/** Longest body of a request: a text of automations, or an event. */
const BODY_BYTES = 2_000_000;

/** Headers of every answer: it is nobody else's, and stays nowhere. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export type AnsweringParts = Readonly<{ desk: Desk; access: Access; routes: readonly Route[]; logger: Logger }>;

/** Answers a request for the API, whatever it asks for. Never rejects. */
export async function answer(parts: AnsweringParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const given = new AbortController();
  response.once('close', () => given.abort());
  try {
    sendJson(response, 200, await answerOf(parts, request, given.signal));
  } catch (error) {
    if (!given.signal.aborted) refuse(response, error, parts.logger);
  }
}

/** Answers with what went wrong. */
export function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  const { status, ...said } = refusalOf(error);
  if (status === 500) logger.warn({ error: reasonOf(error) }, 'console could not answer');
  sendJson(response, status, { error: said });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...HEADERS, ...headers });
  response.end(`${JSON.stringify(value)}\n`);
}

async function answerOf(
  { desk, access, routes }: AnsweringParts,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<unknown> {
  access.admit(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const found = matchRoute(routes, request.method ?? '', url.pathname);
  if (found === null) throw new ConsoleRefusal(404, 'there is nothing here');
  const { route, path } = found;
  const rights = access.rightsOf(request);
  if (!rights.look) throw new ConsoleRefusal(401, 'needs the token');
  if (route.changes && !access.rules.allowChanges)
    throw new ConsoleRefusal(403, 'this console changes nothing: --allow-changes');
  if (route.changes && !rights.change) throw new ConsoleRefusal(401, 'needs the token');
  const query = checked(route.query, Object.fromEntries(url.searchParams), 'query');
  const body = route.body === null ? undefined : checked(route.body, await bodyOf(request), 'body');
  const answered = await route.run(desk, { path, query, body } as never, signal);
  if (route.changes) desk.kept.forget();
  return answered;
}

/** The JSON of a request. @throws ConsoleRefusal for one that is none, or too long */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  // Forms of other pages cannot have this type without asking first.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new ConsoleRefusal(415, 'content-type must be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new ConsoleRefusal(413, `must have at most ${BODY_BYTES} bytes`, 'body');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new ConsoleRefusal(400, 'is no JSON', 'body');
  }
}

function checked(schema: z.ZodType, value: unknown, place: string): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = [place, ...(issue?.path ?? [])].join('.');
  throw new ConsoleRefusal(400, `${path}: ${issue?.message ?? 'is wrong'}`, path);
}

function refusalOf(error: unknown): { status: number; code: string; message: string; path: string | null } {
  if (error instanceof ConsoleRefusal)
    return { status: error.status, code: 'REFUSED', message: error.message, path: error.path };
  if (!(error instanceof WatchfireError)) {
    return { status: 500, code: 'FAILED', message: reasonOf(error), path: null };
  }
  const path = error instanceof InvalidDocument ? error.path : null;
  return { status: statusOf(error), code: error.code, message: error.message, path };
}

function statusOf(error: WatchfireError): number {
  if (error instanceof NotFound) return 404;
  if (error instanceof Ambiguous) return 409;
  if (error instanceof InvalidDocument) return 422;
  return error instanceof TryLater ? 503 : 500;
}
