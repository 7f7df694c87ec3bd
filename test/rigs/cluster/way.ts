import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut: then nothing passes, and nobody hears of it. */
export class Way {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#join(socket));
  #isCut = false;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number, port: number): Promise<Way> {
    const way = new Way(target);
    way.#server.listen(port, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was on the way is lost: those connections break. */
  heal(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.heal();
  }

  #join(client: Socket): void {
    // One that comes while it is cut is taken by nobody.
    const sockets = this.#isCut ? [client] : [client, connect(this.#target, '127.0.0.1')];
    const [, server] = sockets;
    for (const socket of sockets) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const other of sockets) other.destroy();
      });
    }
    if (server === undefined) client.pause();
    else client.pipe(server).pipe(client);
  }
}
