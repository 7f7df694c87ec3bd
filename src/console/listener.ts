import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidDocument, reasonOf } from '../errors.ts';

const HEADER_BYTES = 16_384;
const HEADERS = 60;
/** People who look, with some requests at a time each. */
const CONNECTIONS = 300;
const HEADERS_MS = 5_000;
/** For a request with its body; an answer may take longer. */
const REQUEST_MS = 30_000;

const ADDRESS = /^(?:([\w.-]+)|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/;

/** A part of an address, and whether only this machine reaches it. */
export type ListenAddress = Readonly<{ host: string; port: number; loopback: boolean }>;

/** @throws InvalidDocument for what is no address */
export function addressIn(text: string): ListenAddress {
  const [, name, six, port] = ADDRESS.exec(text) ?? [];
  const host = name ?? six;
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new InvalidDocument('http', 'must be an address such as 127.0.0.1:9466', text);
  }
  const loopback = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  return { host, port: Number(port), loopback };
}

/** Gives requests to a handler until it is stopped. @throws InvalidDocument where the address cannot be had */
export async function listenAt(
  { host, port }: ListenAddress,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    async (request, response) => {
      if (!(await handle(request, response)))
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    },
  );
  server.maxConnections = CONNECTIONS;
  server.maxHeadersCount = HEADERS;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new InvalidDocument('http', `cannot listen: ${reasonOf(error)}`, `${host}:${port}`);
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
