import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut, for all or for one who comes by it: then nothing passes, and nobody hears of it. */
export class Way {
  readonly #target: number;
  /** Both ends of each connection, with the address that it comes from. */
  readonly #sockets = new Map<Socket, string>();
  readonly #cutFor = new Set<string>();
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
    for (const socket of this.#sockets.keys()) socket.pause();
  }

  /** For those who come from this address alone. */
  cutFor(source: string): void {
    this.#cutFor.add(source);
    for (const [socket, from] of this.#sockets) if (from === source) socket.pause();
  }

  /** What was on the way is lost: those connections break. */
  heal(): void {
    for (const [socket, from] of this.#sockets) if (this.#isCut || this.#cutFor.has(from)) socket.destroy();
    this.#isCut = false;
    this.#cutFor.clear();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  #join(client: Socket): void {
    // One that comes while it is cut is taken by nobody.
    const from = client.remoteAddress ?? '';
    const isCut = this.#isCut || this.#cutFor.has(from);
    const sockets = isCut ? [client] : [client, connect(this.#target, '127.0.0.1')];
    const [, server] = sockets;
    for (const socket of sockets) {
      this.#sockets.set(socket, from);
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
