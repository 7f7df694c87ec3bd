import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networksOf } from '../../../../src/reactions/addresses.ts';
import { WayOut } from '../../../../src/reactions/way-out.ts';
import { PATIENCE_MS } from '../../../support/eventually.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Ways to write an address of this machine, and names that lead to it. */
const HOSTS = [
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0177.1',
  '127.1',
  '0',
  'localhost',
  'LOCALHOST.',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '169.254.169.254',
];

export const attack: Attack = {
  by: 'writer of automations',
  what: 'has webhooks call services of this machine and its network, by address, by name and by redirects',
  run: async () => {
    let called = 0;
    const inner = createServer((_, response) => {
      called += 1;
      response.end('secret');
    });
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    const { port } = inner.address() as AddressInfo;
    const outer = createServer((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
    const way = new WayOut({ allowed: networksOf([]) });
    const send = async (url: string, trusted: boolean): Promise<string> =>
      await way
        .send({ method: 'POST', url: new URL(url), headers: {}, body: '', timeoutMs: PATIENCE_MS, trusted })
        .then(
          () => 'answered',
          (error: Error) => error.name,
        );
    try {
      for (const host of HOSTS) {
        mustHold(`${host} is not called`, (await send(`http://${host}:${port}/`, false)) !== 'answered');
      }
      const { port: first } = outer.address() as AddressInfo;
      mustHold('a redirect is refused', (await send(`http://127.0.0.1:${first}/`, true)) === 'FailedForGood');
      mustHold('nothing came to the inner service', called === 0);
      return `${HOSTS.length} ways to this machine and a redirect were refused`;
    } finally {
      inner.close();
      outer.close();
    }
  },
};
