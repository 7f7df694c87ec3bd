import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/** A way to the Redis of the test run that can be disturbed. */
export type Proxy = {
  url: string;
  /** From now on answers are lost on their way; commands still arrive. */
  hold: () => void;
  /** Breaks all connections; new ones work again. */
  cut: () => void;
  /** Breaks all connections for good. */
  close: () => void;
};

/** Opens a proxy, which is closed when the test is over. */
export async function proxyToRedis(): Promise<Proxy> {
  const target = new URL(inject('redisUrl'));
  const sockets = new Set<Socket>();
  let held = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    const redis = keep(connect(Number(target.port || 6379), target.hostname));
    keep(client).pipe(redis);
    redis.on('data', (answer) => held || client.write(answer));
    redis.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    held = false;
    for (const socket of sockets) socket.destroy();
  };
  const close = (): void => {
    server.close();
    cut();
  };
  onTestFinished(close);
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    hold: () => {
      held = true;
    },
    cut,
    close,
  };
}
