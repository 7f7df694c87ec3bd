import path from 'node:path';
import { BUS, freePorts, LocalCluster, type LocalNode } from '../../../scripts/local-cluster.ts';
import { Way } from './way.ts';

const PRIMARIES = 3;

/** The ways to a node: of clients, and of the other nodes. */
type Ways = Readonly<{ client: Way; bus: Way }>;

/** An address of loopback for each node, by which the ways know it. */
function sourceOf(port: number): string {
  return `127.0.1.${(port % 250) + 1}`;
}

/** A cluster whose nodes are reached by ways that can be cut. */
export class Scene {
  readonly cluster: LocalCluster;
  readonly #ways: ReadonlyMap<number, Ways>;

  private constructor(cluster: LocalCluster, ways: ReadonlyMap<number, Ways>) {
    this.cluster = cluster;
    this.#ways = ways;
  }

  static async start(folder: string, timeoutMs: number, settings: Record<string, string>): Promise<Scene> {
    const port = await freePorts(4 * PRIMARIES);
    const first = port + 2 * PRIMARIES;
    const ways = new Map<number, Ways>();
    for (let i = 0; i < 2 * PRIMARIES; i += 1) {
      const bus = port + i + BUS;
      ways.set(port + i, { client: await Way.to(port + i, first + i), bus: await Way.to(bus, first + i + BUS) });
    }
    const announced = (own: number): { port: number; bus: number } => {
      const known = ways.get(own) as Ways;
      return { port: known.client.port, bus: known.bus.port };
    };
    const options = {
      port,
      primaries: PRIMARIES,
      folder: path.join(folder, 'nodes'),
      timeoutMs,
      settings,
      announced,
      source: sourceOf,
    };
    try {
      return new Scene(await LocalCluster.start(options), ways);
    } catch (error) {
      for (const { client, bus } of ways.values()) for (const way of [client, bus]) way.close();
      throw error;
    }
  }

  /** Cuts a node off: nobody reaches it, and it reaches nobody. */
  cut(node: LocalNode): void {
    for (const [port, ways] of this.#ways) {
      for (const way of [ways.client, ways.bus]) {
        if (port === node.port) way.cut();
        else way.cutFor(sourceOf(node.port));
      }
    }
  }

  heal(): void {
    for (const { client, bus } of this.#ways.values()) for (const way of [client, bus]) way.heal();
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    for (const { client, bus } of this.#ways.values()) for (const way of [client, bus]) way.close();
  }
}
