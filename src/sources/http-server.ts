import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { type HttpAddress, type Listening, listenAt } from '../http/address.ts';
import { BoundedConnections } from '../http/connections.ts';
import { type Reply, refusal } from './answer.ts';
import type { HttpIn } from './http-in.ts';

/** What services send, with a signature and the marks of some proxies. */
const HEADER_BYTES = 16_384;
const HEADERS = 100;
/** Far more than send at once; each costs some 10 kB. */
const CONNECTIONS = 500;
/** The longest body in the time that services give a receiver; and headers, which are one packet. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 5_000;
/** How long a connection is kept for the next request. */
const IDLE_MS = 5_000;

/** The bounds of the door; tests set smaller ones. */
export type DoorBounds = Readonly<{ connections: number; requestMs: number; headersMs: number }>;
const BOUNDS: DoorBounds = { connections: CONNECTIONS, requestMs: REQUEST_MS, headersMs: HEADERS_MS };

/** Takes events at an address until it is stopped. @throws InvalidDocument where it cannot be had */
export async function openDoor(
  address: HttpAddress,
  httpIn: HttpIn,
  logger: Logger,
  bounds: Partial<DoorBounds> = {},
): Promise<Listening> {
  const server = serverOf(httpIn, logger, { ...BOUNDS, ...bounds });
  const listening = await listenAt(server, address, 'http-in');
  server.on('error', (error) => logger.warn({ error: reasonOf(error) }, 'door for events has an error'));
  return listening;
}

function serverOf(httpIn: HttpIn, logger: Logger, { connections, requestMs, headersMs }: DoorBounds): Server {
  const server = createServer({
    requestTimeout: requestMs,
    headersTimeout: Math.min(headersMs, requestMs),
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: HEADER_BYTES,
    connectionsCheckingInterval: Math.min(1_000, headersMs, requestMs),
  });
  const held = new BoundedConnections(server, connections);
  const take = (request: IncomingMessage, response: ServerResponse, go: () => void): void => {
    void respond(httpIn, held, logger, { request, response, go });
  };
  server.on('request', (request, response) => take(request, response, () => undefined));
  // A sender that asks first sends no body where it would be refused.
  server.on('checkContinue', (request, response) => take(request, response, () => response.writeContinue()));
  server.maxHeadersCount = HEADERS;
  // Also for a connection that sends nothing at all.
  server.timeout = requestMs;
  return server;
}

type Exchange = Readonly<{ request: IncomingMessage; response: ServerResponse; go: () => void }>;

async function respond(
  httpIn: HttpIn,
  held: BoundedConnections,
  logger: Logger,
  { request, response, go }: Exchange,
): Promise<void> {
  const { socket } = request;
  // A sender that goes away must not end this program.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  let answer: Reply;
  try {
    answer = await httpIn.answer(request, () => held.answering(socket), go);
  } catch (error) {
    logger.error({ error: reasonOf(error) }, 'what came in could not be taken');
    answer = refusal(503, 'it cannot be taken now', { 'retry-after': '1' });
  }
  send(response, answer);
  linger(request);
  held.answered(socket);
}

/** How long what a sender goes on to send behind a refusal is thrown away, so that the refusal is read. */
const LINGER_MS = 2_000;

/** Ends a connection over which more comes than anybody wants. */
function linger(request: IncomingMessage): void {
  if (request.complete) return;
  setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, LINGER_MS).unref();
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}
