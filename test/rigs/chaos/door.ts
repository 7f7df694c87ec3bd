import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What is done to a connection for a while; in the end those whose answers were lost break, since TCP never loses a part. */
export type Disturbance = 'lose answers' | 'lose everything' | 'delay' | 'cut';

type Pair = { client: Socket; server: Socket; loses: 'nothing' | 'answers' | 'everything' };

/** A way to Redis that can be disturbed, and led to another server. */
export class Door {
  /** Port on 127.0.0.1 of the server behind it. */
  target: number;
  readonly #pairs = new Set<Pair>();
  readonly #server: Server = createServer((socket) => this.#join(socket));

  constructor(target: number) {
    this.target = target;
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Breaks all connections; new ones lead to `target`. */
  cut(): void {
    for (const pair of this.#pairs) breakOff(pair);
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  /** Disturbs each connection for which `chosen` says so, for `ms`. */
  disturb(kind: Disturbance, ms: number, chosen: () => boolean): void {
    const pairs = [...this.#pairs].filter(chosen);
    for (const pair of pairs) {
      if (kind === 'cut') breakOff(pair);
      else if (kind === 'delay') hold(pair);
      else pair.loses = kind === 'lose answers' ? 'answers' : 'everything';
    }
    if (kind === 'cut') return;
    setTimeout(() => {
      for (const pair of pairs) {
        if (kind === 'delay') release(pair);
        else breakOff(pair);
      }
    }, ms).unref();
  }

  #join(client: Socket): void {
    const pair: Pair = { client, server: connect(this.target, '127.0.0.1'), loses: 'nothing' };
    this.#pairs.add(pair);
    for (const socket of [pair.client, pair.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => breakOff(pair));
      socket.on('close', () => {
        breakOff(pair);
        this.#pairs.delete(pair);
      });
    }
    client.on('data', (data) => pair.loses === 'everything' || pair.server.write(data));
    pair.server.on('data', (data) => pair.loses !== 'nothing' || client.write(data));
  }
}

function breakOff({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}

function hold({ client, server }: Pair): void {
  client.pause();
  server.pause();
}

function release({ client, server }: Pair): void {
  client.resume();
  server.resume();
}
