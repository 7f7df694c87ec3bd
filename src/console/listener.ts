import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type HttpAddress, type Listening, listenAt } from '../http/address.ts';
import { BoundedConnections } from '../http/connections.ts';

const HEADER_BYTES = 16_384;
const HEADERS = 60;
/** People who look, with some requests at a time each. */
const CONNECTIONS = 300;
const HEADERS_MS = 5_000;
/** For a request with its body; an answer may take longer. */
const REQUEST_MS = 30_000;

/** Gives requests to a handler until it is stopped. @throws InvalidDocument where the address cannot be had */
export async function startListener(
  address: HttpAddress,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>,
): Promise<Listening> {
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    async (request, response) => {
      held.follow(request, response);
      if (!(await handle(request, response)))
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    },
  );
  const held = new BoundedConnections(server, CONNECTIONS);
  server.maxHeadersCount = HEADERS;
  return await listenAt(server, address, 'http');
}
