import { setTimeout as pause } from 'node:timers/promises';
import { PrivateServer } from '../../support/private-server.ts';
import { Door } from './door.ts';

/** A replica, and its way to the primary, so that it can be made to lag. */
type Replica = { server: PrivateServer; link: Door };

/** A Redis with an append-only file, with a replica when failovers are wanted. `doors` always lead to the primary. */
export class Servers {
  /** A folder that lasts as long as the servers do. */
  readonly home: string;
  #primary: PrivateServer;
  #replica: Replica | null = null;
  #doors: readonly Door[] = [];

  private constructor(primary: PrivateServer) {
    this.home = primary.dir;
    this.#primary = primary;
  }

  static async start(): Promise<Servers> {
    return new Servers(await PrivateServer.start({ kept: true }));
  }

  get port(): number {
    return this.#primary.port;
  }

  lead(doors: readonly Door[]): void {
    this.#doors = doors;
  }

  /** `kill -9` of the primary, then a new start on what it had written. */
  async crash(): Promise<void> {
    await this.#primary.kill();
    await this.#primary.start();
  }

  /** Starts a replica of the primary; resolves when it has everything. */
  async replicate(): Promise<void> {
    await this.#follow(await PrivateServer.start({ kept: true }));
  }

  /**
   * `kill -9` of the primary; the replica takes over and the old one becomes its replica.
   * @param lagMs what the primary wrote for so long before never reaches the replica
   */
  async failover(lagMs: number): Promise<void> {
    const [old, next] = [this.#primary, this.#replica];
    if (next === null) throw new Error('there is no replica');
    next.link.disturb('lose everything', 2 * lagMs, () => true);
    await pause(lagMs);
    await old.kill();
    next.link.close();
    await next.server.redis.replicaof('NO', 'ONE');
    this.#primary = next.server;
    for (const door of this.#doors) {
      door.target = next.server.port;
      door.cut();
    }
    await old.start();
    await this.#follow(old);
  }

  async remove(): Promise<void> {
    this.#replica?.link.close();
    await this.#replica?.server.remove();
    await this.#primary.remove();
  }

  async #follow(server: PrivateServer): Promise<void> {
    const link = await new Door(this.port).open();
    this.#replica = { server, link };
    await server.follow(this.#primary, link.port);
  }
}
