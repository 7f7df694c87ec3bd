import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, stat, truncate } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../../src/embedded/server.ts';
import { readStatus } from '../../../src/inspect/status.ts';
import { storeOf } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';

/** How long servers may take to find each other, and an engine to catch up. */
const PATIENCE = { timeoutMs: 60_000 };

/** A server with its data, which can be killed and started again. */
export class Machine {
  readonly #dir: string;
  readonly #appendfsync: string;
  #server: RedisServer;
  #redis: Redis;

  private constructor(dir: string, appendfsync: string, server: RedisServer) {
    this.#dir = dir;
    this.#appendfsync = appendfsync;
    this.#server = server;
    this.#redis = clientOf(server.url);
  }

  static async start(appendfsync: 'always' | 'everysec' = 'everysec'): Promise<Machine> {
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-proof-'));
    const server = await startRedisServer({ port: 0, dir, program: await obtainRedisServer(() => undefined) });
    const machine = new Machine(dir, appendfsync, server);
    await machine.#redis.config('SET', 'appendfsync', appendfsync);
    return machine;
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  async kill(): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL');
    await this.#server.ended;
    this.#redis.disconnect();
  }

  /** Starts again, on what is in the folder. */
  async start(): Promise<void> {
    const { port } = this.#server;
    this.#server = await startRedisServer({ port, dir: this.#dir, program: await obtainRedisServer(() => undefined) });
    this.#redis = clientOf(this.#server.url);
    await this.#redis.config('SET', 'appendfsync', this.#appendfsync);
  }

  /** Becomes a replica of what listens on a port, which leads to `primary`; resolves when it confirms what is written. */
  async follow(primary: Machine, port: number): Promise<void> {
    await primary.#redis.config('SET', 'repl-diskless-sync-delay', '0');
    await this.#redis.replicaof('127.0.0.1', port);
    const confirmed = async (): Promise<boolean> => {
      await primary.#redis.set('mark', '1', 'EX', 60);
      return (await primary.#redis.wait(1, 100)) === 1;
    };
    await eventually('the replica confirms', confirmed, PATIENCE);
  }

  async promote(): Promise<void> {
    await this.#redis.replicaof('NO', 'ONE');
  }

  async entries(stream: string): Promise<[string, string[]][]> {
    return await this.#redis.xrange(stream, '-', '+');
  }

  /** Ids of the events in a log. */
  async ids(stream: string): Promise<Set<string>> {
    const entries = await this.entries(stream);
    // The engine's own entries hold firings.
    return new Set(entries.flatMap(([, [name, data = '']]) => (name === 'data' ? [String(JSON.parse(data).id)] : [])));
  }

  /** Resolves when all entries are applied and all firings relayed. */
  async drained(): Promise<void> {
    const done = async (): Promise<boolean> => {
      const { behind, unrelayed } = await readStatus(this.#redis, storeOf('wf'));
      return behind === 0 && unrelayed === 0;
    };
    await eventually('the engine has caught up', done, PATIENCE);
  }

  /** Notes from now on how much of the append-only file was forced to the disk. */
  async watchDisk(): Promise<Disk> {
    return await Disk.watch(this.#server.pid, this.#dir);
  }

  async remove(): Promise<void> {
    this.#redis.disconnect();
    await this.#server.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

function clientOf(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  return redis;
}

/** What a server forces to the disk, by its system calls. */
class Disk {
  readonly #tracer: ChildProcess;
  readonly #trace: string;
  readonly #file: string;
  readonly #descriptor: string;
  readonly #sizeAtFirst: number;

  private constructor(tracer: ChildProcess, trace: string, file: string, descriptor: string, sizeAtFirst: number) {
    this.#tracer = tracer;
    this.#trace = trace;
    this.#file = file;
    this.#descriptor = descriptor;
    this.#sizeAtFirst = sizeAtFirst;
  }

  static async watch(pid: number, dir: string): Promise<Disk> {
    const folder = `/proc/${pid}/fd`;
    const targets = await Promise.all(
      (await readdir(folder)).map(async (name) => ({
        name,
        target: await readlink(path.join(folder, name)).catch(() => ''),
      })),
    );
    const open = targets.find(({ target }) => target.endsWith('.incr.aof'));
    if (!open) throw new Error('the server has no append-only file open');
    const trace = path.join(dir, 'trace');
    const { size } = await stat(open.target);
    const calls = 'trace=write,writev,fsync,fdatasync';
    const tracer = spawn('strace', ['-f', '-qq', '-s', '0', '-e', calls, '-o', trace, '-p', String(pid)], {
      stdio: 'ignore',
    });
    await eventually(
      'the server is being watched',
      async () => !/TracerPid:\s+0/.test(await readFile(`/proc/${pid}/status`, 'utf8')),
      PATIENCE,
    );
    return new Disk(tracer, trace, open.target, open.name, size);
  }

  /** After the server has gone: cuts off what a loss of power would have taken. */
  async keepOnlySynced(): Promise<void> {
    if (this.#tracer.exitCode === null) await once(this.#tracer, 'exit');
    const synced = syncedBytes(await readFile(this.#trace, 'utf8'), this.#descriptor);
    await rm(this.#trace);
    await truncate(this.#file, this.#sizeAtFirst + synced);
  }
}

/** Bytes written to a descriptor before the last call began that forced them to the disk and came back. */
function syncedBytes(trace: string, descriptor: string): number {
  let written = 0;
  let synced = 0;
  const begun = new Map<string, number>();
  const writing = new Set<string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, name = '', fd = ''] = /^(\w+)\((\d+)/.exec(call) ?? [];
    const [, resumed = ''] = /^<\.\.\. (\w+) resumed>/.exec(call) ?? [];
    const answer = Number(/= (-?\d+)/.exec(call)?.[1] ?? Number.NaN);
    const ours = fd === descriptor;
    const sync = name === 'fsync' || name === 'fdatasync';
    if (ours && call.includes('<unfinished')) {
      if (sync) begun.set(thread, written);
      else writing.add(thread);
    } else if (ours && sync && answer === 0) synced = written;
    else if (ours && answer > 0) written += answer;
    else if (resumed !== '' && writing.delete(thread)) written += Math.max(0, answer);
    else if (resumed !== '' && answer === 0) synced = Math.max(synced, begun.get(thread) ?? 0);
  }
  return synced;
}

/** The line between a primary and its replica. */
export type Wire = { block: () => void; cut: () => void; close: () => void };

/** A primary, a replica of it, and the line between them, which can be blocked and cut. */
export async function pairOf(): Promise<{ primary: Machine; replica: Machine; line: Wire }> {
  const [primary, replica] = await Promise.all([Machine.start(), Machine.start()]);
  const sockets = new Set<Socket>();
  let blocked = false;
  const server = createServer((near) => {
    const far = connect(primary.port, '127.0.0.1');
    for (const socket of [near, far]) {
      // Small answers go at once, as between servers.
      sockets.add(socket.setNoDelay(true).on('error', () => socket.destroy()));
    }
    // What comes while it is blocked is lost, as the data on a broken line.
    near.on('data', (data) => blocked || far.write(data));
    far.on('data', (data) => blocked || near.write(data));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await replica.follow(primary, (server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    primary,
    replica,
    line: {
      block: () => {
        blocked = true;
      },
      cut,
      close: () => {
        cut();
        server.close();
      },
    },
  };
}
