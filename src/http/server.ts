import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { addressOf, isLoopback, type Listening, listenAt } from './address.ts';
import { BoundedConnections, hasBody } from './connections.ts';

/*
 * The one HTTP server of a process: what is asked of the process itself. It only shows, and changes nothing. What listens on loopback
 * answers to names of loopback alone, so that no page of the web reads it through a browser that was led here (DNS rebinding).
 */

/** What a browser or a scraper sends is far below. */
const HEADER_BYTES = 8_192;
const HEADERS = 60;
/** Many more than ask at once. */
const CONNECTIONS = 50;
/** Longest that a request may take to arrive. */
const REQUEST_MS = 5_000;
/** A scraper comes again within a minute, and keeps its connection. */
const IDLE_MS = 75_000;

/** What a request gets. */
export type PageAnswer = Readonly<{ status: number; type: string; body: string }>;

/** A path, and who answers it. */
export type HttpRoute = Readonly<{ path: string; answer: () => Promise<PageAnswer> }>;

export type HttpParts = Readonly<{
  routes: readonly HttpRoute[];
  logger: Logger;
  /** Longest time for a request to arrive, in ms; for tests */
  requestMs?: number;
}>;

/** `parts`: what has to take part so that the process is ready, as `worker` and `actions`. */
export type ListenOptions = Readonly<{ parts?: readonly string[] }>;

const TEXT = 'text/plain; charset=utf-8';

export function sentence(status: number, body: string): PageAnswer {
  return { status, type: TEXT, body: `${body}\n` };
}

/**
 * Answers at an address, as 127.0.0.1:9464, until it is stopped.
 * @throws InvalidDocument for an address that is none, or cannot be had
 */
export async function startHttp(address: string, parts: HttpParts): Promise<Listening> {
  const { logger } = parts;
  const wanted = addressOf(address, 'http');
  const server = serverOf(parts, isLoopback(wanted.host));
  const listening = await listenAt(server, wanted, 'http');
  server.on('error', (error) => logger.warn({ error: reasonOf(error) }, 'http server has an error'));
  logger.info({ http: listening.address, paths: parts.routes.map(({ path }) => path) }, 'http answers');
  return listening;
}

function serverOf(parts: HttpParts, loopback: boolean): Server {
  const { requestMs = REQUEST_MS } = parts;
  const limits = { requestTimeout: requestMs, headersTimeout: requestMs, keepAliveTimeout: IDLE_MS };
  const server = createServer(
    { ...limits, maxHeaderSize: HEADER_BYTES, connectionsCheckingInterval: Math.min(1_000, requestMs) },
    (request, response) => {
      held.follow(request, response);
      void respond(parts, loopback, request, response);
    },
  );
  const held = new BoundedConnections(server, CONNECTIONS);
  server.maxHeadersCount = HEADERS;
  return server;
}

/** Answers requests for some paths on a server of somebody else's; false: this request is for another path. */
export type PathAnswerer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** @param loopback whether nobody but programs of this machine reaches the server */
export function answererOf(parts: HttpParts, loopback: boolean): PathAnswerer {
  return (request, response) => {
    const [path] = (request.url ?? '').split('?', 1);
    if (!parts.routes.some((route) => route.path === path)) return false;
    void respond(parts, loopback, request, response);
    return true;
  };
}

async function respond(
  parts: HttpParts,
  loopback: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body } = await answerTo(parts, loopback, request);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    // A body that nobody reads ends the connection.
    ...(hasBody(request) ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? '' : body);
}

async function answerTo(parts: HttpParts, loopback: boolean, request: IncomingMessage): Promise<PageAnswer> {
  const [path] = (request.url ?? '').split('?', 1);
  const route = parts.routes.find((one) => one.path === path);
  if (loopback && !isLoopback(hostOf(request))) return sentence(403, 'this is for programs of this machine');
  if (route === undefined) return sentence(404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return sentence(405, 'only GET and HEAD');
  try {
    return await route.answer();
  } catch (error) {
    parts.logger.warn({ path, error: reasonOf(error) }, 'http request could not be answered');
    return sentence(500, 'this could not be answered; the log says why');
  }
}

/** The name that the client asked for, without port and brackets. */
function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}
