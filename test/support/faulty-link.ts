import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where a connection breaks: before the server gets the command, or after it has run it and before it can say so. */
export type Break = 'request' | 'answer';

/** A way to Redis that a test can break. Ends with the test. */
export class FaultyLink {
  readonly url: string;
  /** Breaks the next time a script is called; how many are left to break. */
  #pending: Break[] = [];
  readonly #sockets = new Set<Socket>();
  broken = 0;

  private constructor(url: string) {
    this.url = url;
  }

  static async to(url: string): Promise<FaultyLink> {
    const target = new URL(url);
    const server = createServer((client) => link.#join(client, connect(Number(target.port), target.hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const link = new FaultyLink(`redis://127.0.0.1:${port}`);
    onTestFinished(() => {
      for (const socket of link.#sockets) socket.destroy();
      server.close();
    });
    return link;
  }

  /** Has the next calls of scripts break the connection, one after the other. */
  breakNext(...breaks: Break[]): void {
    this.#pending.push(...breaks);
  }

  get untroubled(): boolean {
    return this.#pending.length === 0;
  }

  #join(client: Socket, server: Socket): void {
    let answerIsLost = false;
    const cut = (): void => {
      this.broken += 1;
      client.destroy();
      server.destroy();
    };
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (data) => {
      if (data.includes('evalsha')) {
        const next = this.#pending.shift();
        if (next === 'request') return cut();
        answerIsLost = next === 'answer';
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (answerIsLost) return cut();
      client.write(data);
    });
  }
}
