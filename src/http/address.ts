import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidDocument, reasonOf } from '../errors.ts';

const ADDRESS = /^(?:([\w.-]+)|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/;

/** Where a server listens. */
export type HttpAddress = Readonly<{ host: string; port: number }>;

/**
 * Reads an address such as 127.0.0.1:9464 or [::1]:9464; port 0: a free one. The error names another example where it is given.
 * @param field what it was given as, for the error
 * @throws InvalidDocument
 */
export function addressOf(text: string, field: string, example = '127.0.0.1:9464'): HttpAddress {
  const [, name, six, port] = ADDRESS.exec(text) ?? [];
  const host = name ?? six;
  if (host === undefined || port === undefined || Number(port) > 65_535)
    throw new InvalidDocument(field, `must be an address such as ${example}`, text);
  return { host, port: Number(port) };
}

/** A server that listens. `address`: where, as text, with the port that was had. `stop` ends it with its connections. */
export type Listening = Readonly<{ address: string; port: number; stop: () => Promise<void> }>;

/** Begins to listen. @throws InvalidDocument where the address cannot be had */
export async function listenAt(server: Server, { host, port }: HttpAddress, field: string): Promise<Listening> {
  const shown = (at: number): string => `${host.includes(':') ? `[${host}]` : host}:${at}`;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new InvalidDocument(field, `cannot listen: ${reasonOf(error)}`, shown(port));
  }
  const { port: had } = server.address() as AddressInfo;
  return { address: shown(had), port: had, stop: async () => await stop(server) };
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Whether nobody but programs of this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
