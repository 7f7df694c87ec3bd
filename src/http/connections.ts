import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps the connections of a server within a bound. Where one more comes, the one that has kept us waiting longest is closed: senders who
 * mean it send within moments, so whoever holds connections open to keep others out loses their own. One whose request is being answered is
 * never closed.
 */
export class BoundedConnections {
  readonly #most: number;
  /** Connections from which something is awaited, in the order in which that began. */
  readonly #waiting = new Set<Socket>();
  readonly #answering = new Set<Socket>();

  constructor(server: Server, most: number) {
    this.#most = most;
    server.on('connection', (socket: Socket) => this.#take(socket));
  }

  /** All of a request has come: it is being answered. */
  answering(socket: Socket): void {
    if (this.#waiting.delete(socket)) this.#answering.add(socket);
  }

  /** The answer has gone out: the next request is awaited. */
  answered(socket: Socket): void {
    if (this.#answering.delete(socket)) this.#waiting.add(socket);
  }

  /** Follows a request until all is said that answers it: how fast that is read is the sender's affair. */
  follow(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (hasBody(request)) request.once('end', () => this.answering(socket));
    else this.answering(socket);
    for (const end of ['prefinish', 'close']) response.once(end, () => this.answered(socket));
  }

  #take(socket: Socket): void {
    if (this.#waiting.size + this.#answering.size >= this.#most) {
      const [longest] = this.#waiting;
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      this.#waiting.delete(longest);
      longest.destroy();
    }
    this.#waiting.add(socket);
    socket.once('close', () => {
      this.#waiting.delete(socket);
      this.#answering.delete(socket);
    });
  }
}

/** Whether a request says that a body follows. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
