import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { InvalidDocument, reasonOf } from '../errors.ts';
import { type Reply, refusal } from './answer.ts';
import { BoundedConnections } from './connections.ts';
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

const ADDRESS = /^(?:([\w.-]+)|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/;

/** The bounds of the door; tests set smaller ones. */
export type DoorBounds = Readonly<{ connections: number; requestMs: number; headersMs: number }>;
const BOUNDS: DoorBounds = { connections: CONNECTIONS, requestMs: REQUEST_MS, headersMs: HEADERS_MS };

/** Where events come in. */
export type Door = Readonly<{ port: number; stop: () => Promise<void> }>;

/** Whether an address is of this machine alone. @throws InvalidDocument for one that is none */
export function isLoopback(address: string): boolean {
  const { host } = placeOf(address);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Takes events at an address, as 127.0.0.1:9465, until it is stopped.
 * @throws InvalidDocument for an address that is none, or cannot be had
 */
export async function openDoor(
  address: string,
  httpIn: HttpIn,
  logger: Logger,
  bounds: Partial<DoorBounds> = {},
): Promise<Door> {
  const { host, port } = placeOf(address);
  const server = serverOf(httpIn, logger, { ...BOUNDS, ...bounds });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new InvalidDocument('http-in', `cannot listen: ${reasonOf(error)}`, address);
  }
  server.on('error', (error) => logger.warn({ error: reasonOf(error) }, 'door for events has an error'));
  const found = server.address();
  return {
    port: typeof found === 'object' && found !== null ? found.port : port,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function placeOf(address: string): Readonly<{ host: string; port: number }> {
  const [, name, six, port] = ADDRESS.exec(address) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new InvalidDocument('http-in', 'must be an address such as 127.0.0.1:9465', address);
  return { host: name ?? six ?? '', port: Number(port) };
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
