import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { InvalidDocument, reasonOf } from '../errors.ts';
import { addressOf, listenAt } from '../http/address.ts';
import { BoundedConnections } from '../http/connections.ts';
import { LINK_ACTS, type LinkAct, readLink } from './link.ts';
import { actByLink, alertOf, doneBefore, type LinkDesk } from './link-desk.ts';
import { donePage, PAGE_HEADERS, questionPage, sentencePage } from './link-page.ts';
import type { WatchedTargets } from './watched-targets.ts';

/*
 * The door for links in messages: GET shows what a link would do, and only POST does it, since programs of chats and mail follow links.
 */

/** A form with a name, and no more. */
const BODY_BYTES = 4_096;
const BY_CHARACTERS = 100;
/** A token with the headers of a browser. */
const HEADER_BYTES = 8_192;
const HEADERS = 60;
/** Many more than people who follow links at once. */
const CONNECTIONS = 100;
/** Nobody needs as long to send a few bytes, and no proxy waits longer. */
const REQUEST_MS = 10_000;
const HEADERS_MS = 5_000;

export type LinkParts = Readonly<{
  desk: LinkDesk;
  targets: WatchedTargets;
  namespace: string;
  logger: Logger;
  nowMs: () => number;
  /** Longest time for a request, in ms; for tests */
  requestMs?: number;
}>;

/** What a request gets. */
type LinkAnswer = Readonly<{ status: number; page: string }>;

const NOT_FOUND: LinkAnswer = { status: 404, page: sentencePage('Not found') };
const FORGED: LinkAnswer = { status: 403, page: sentencePage('This link is not valid', 'Nothing was done.') };
const EXPIRED: LinkAnswer = { status: 410, page: sentencePage('This link has expired', 'Nothing was done.') };
const OVER: LinkAnswer = { status: 410, page: sentencePage('This alert is over, or was renewed', 'Nothing was done.') };
const TOO_LONG: LinkAnswer = { status: 413, page: sentencePage('Too long', 'Nothing was done.') };
const BROKEN: LinkAnswer = { status: 503, page: sentencePage('It cannot be done now', 'Try again in a moment.') };

/**
 * Answers links of messages at an address, as 127.0.0.1:9467, until it is stopped.
 * @throws InvalidDocument for an address that is none, or cannot be had, and for a targets file without `links`
 */
export async function startLinks(address: string, parts: LinkParts): Promise<{ stop: () => Promise<void> }> {
  const wanted = addressOf(address, 'links', '127.0.0.1:9467');
  if (parts.targets.current.links === null) throw new InvalidDocument('links', 'needs "links" in the targets file');
  const server = serverOf(parts);
  const { stop } = await listenAt(server, wanted, 'links');
  server.on('error', (error) => parts.logger.warn({ error: reasonOf(error) }, 'door for links has an error'));
  parts.logger.info({ address }, 'links of messages are answered');
  return { stop };
}

function serverOf(parts: LinkParts): Server {
  const { requestMs = REQUEST_MS } = parts;
  const limits = { requestTimeout: requestMs, headersTimeout: Math.min(HEADERS_MS, requestMs) };
  const server = createServer(
    { ...limits, maxHeaderSize: HEADER_BYTES, connectionsCheckingInterval: Math.min(1_000, requestMs) },
    (request, response) => {
      held.follow(request, response);
      void respond(parts, request, response);
    },
  );
  const held = new BoundedConnections(server, CONNECTIONS);
  server.maxHeadersCount = HEADERS;
  // Also for a connection that sends nothing at all.
  server.timeout = requestMs;
  return server;
}

async function respond(parts: LinkParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let answer: LinkAnswer;
  try {
    answer = await answerTo(parts, request);
  } catch (error) {
    parts.logger.warn({ error: parts.targets.current.redacted(reasonOf(error)) }, 'link could not be answered');
    answer = BROKEN;
  }
  response.writeHead(answer.status, { ...PAGE_HEADERS, connection: 'close' });
  response.end(answer.page);
}

async function answerTo(parts: LinkParts, request: IncomingMessage): Promise<LinkAnswer> {
  const { desk, targets, namespace, nowMs } = parts;
  const { links } = targets.current;
  const asked = links === null ? null : askedFor(request, new URL(links.base).pathname);
  if (links === null || asked === null) return NOT_FOUND;
  const link = readLink(asked.token, { secret: links.secret, namespace }, nowMs());
  if (link.word === 'forged' || (link.word === 'valid' && link.order.act !== asked.act)) return FORGED;
  if (link.word === 'expired') return EXPIRED;
  const { order, id } = link;
  const body = request.method === 'POST' ? await bodyOf(request) : '';
  if (body === null) return TOO_LONG;
  const alert = await alertOf(desk, order);
  if (alert === null) return OVER;
  const before = await doneBefore(desk, order, alert, id);
  if (before !== null) return { status: 200, page: donePage(order.act, alert, before, true) };
  if (request.method !== 'POST') return { status: 200, page: questionPage(order.act, alert) };
  const by = nameIn(body);
  const silence = await actByLink(desk, { order, alert, id, by });
  parts.logger.info({ automation: order.automation, act: order.act, silence: silence.id }, 'alert acted on by a link');
  return { status: 200, page: donePage(order.act, alert, silence, false) };
}

/** What a request is for; a proxy may take the path of the base away. */
function askedFor({ method, url = '' }: IncomingMessage, base: string): { act: LinkAct; token: string } | null {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return null;
  const [path = '', query = ''] = url.split('?', 2);
  const act = LINK_ACTS.find((one) => path === `/alerts/${one}` || path === `${base}alerts/${one}`);
  return act === undefined ? null : { act, token: new URLSearchParams(query).get('t') ?? '' };
}

/** The body; null when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function nameIn(body: string): string {
  const name = (new URLSearchParams(body).get('by') ?? '').trim().slice(0, BY_CHARACTERS).toWellFormed();
  return name === '' ? 'somebody by a link' : `${name} (by a link)`;
}
