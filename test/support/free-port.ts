import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give by themselves: one of those would be given to somebody else before it is used. */
const PORTS = { from: 10_000, count: 10_000 };

/** @returns a port of the loopback interface that nothing listens on now */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    const listener = createServer().listen(port, '127.0.0.1');
    const isFree = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    listener.close();
    await once(listener, 'close');
    return port;
  }
}
