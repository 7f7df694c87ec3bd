import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networksOf } from '../../../../src/reactions/addresses.ts';
import { WayOut } from '../../../../src/reactions/way-out.ts';
import { type Attack, mustHold } from '../attack.ts';
import { within } from '../turns.ts';

const WAYS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'never answers': () => undefined,
  'gives a header and no more': (response) => response.flushHeaders(),
  'answers without end': (response) => {
    const more = (): void => {
      while (response.write('x'.repeat(10_000)));
    };
    response.on('drain', more);
    more();
  },
  'redirects to itself': (response) => response.writeHead(307, { location: '/' }).end(),
  'wants another protocol': (response) => {
    response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
  },
  'has headers without end': (response) => response.writeHead(200, { 'x-a': 'x'.repeat(100_000) }).end(),
};

const TIMEOUT_MS = 500;

export const attack: Attack = {
  by: 'receiver of webhooks',
  what: 'holds up or fills the program that calls it',
  run: async () => {
    for (const [way, answer] of Object.entries(WAYS)) {
      const server = createServer((_, response) => answer(response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const before = process.memoryUsage().rss;
      const request = { method: 'POST', url, headers: {}, body: '', timeoutMs: TIMEOUT_MS, trusted: false };
      const sent = new WayOut({ allowed: networksOf(['127.0.0.1']) }).send(request).catch(() => undefined);
      mustHold(`a receiver that ${way} is left alone in time`, await within(10 * TIMEOUT_MS, sent));
      mustHold(`a receiver that ${way} fills no memory`, process.memoryUsage().rss - before < 200_000_000);
      server.closeAllConnections();
      server.close();
    }
    return `${Object.keys(WAYS).length} receivers were left alone in time`;
  },
};
