import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, rm, stat, truncate } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { readStatus } from '../../../src/inspect/status.ts';
import { storeOf } from '../../../src/redis/store.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';

/** A server with an append-only file that goes to the disk at each command or every second. */
export async function machine(appendfsync: 'always' | 'everysec' = 'everysec'): Promise<PrivateServer> {
  return await PrivateServer.start({ kept: true, settings: { appendfsync } });
}

/** Resolves when the replica confirms what is written. */
async function confirms(primary: PrivateServer): Promise<void> {
  await eventually('the replica confirms', async () => {
    await primary.redis.set('mark', '1', 'EX', 60);
    return (await primary.redis.wait(1, 100)) === 1;
  });
}

/** Makes `replica` one, by way of a port that leads to the primary; resolves when it confirms what is written. */
export async function replicate(replica: PrivateServer, primary: PrivateServer, port = primary.port): Promise<void> {
  await replica.follow(primary, port);
  await confirms(primary);
}

/** Ids of the events in a log. */
export async function idsIn({ redis }: PrivateServer, stream: string): Promise<Set<string>> {
  const entries = await redis.xrange(stream, '-', '+');
  // The engine's own entries hold firings.
  return new Set(entries.flatMap(([, [name, data = '']]) => (name === 'data' ? [String(JSON.parse(data).id)] : [])));
}

/** Resolves when all entries are applied and all firings relayed. */
export async function drained({ redis }: PrivateServer): Promise<void> {
  await eventually('the engine has caught up', async () => {
    const { behind, unrelayed } = await readStatus(redis, storeOf('wf'));
    return behind === 0 && unrelayed === 0;
  });
}

/** What a server forces to the disk, by its system calls. */
export class Disk {
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

  /** Notes from now on how much of the append-only file is forced to the disk. */
  static async watch({ server: { pid }, dir }: PrivateServer): Promise<Disk> {
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
export async function pairOf(): Promise<{ primary: PrivateServer; replica: PrivateServer; line: Wire }> {
  const [primary, replica] = await Promise.all([machine(), machine()]);
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
  await replicate(replica, primary, (server.address() as AddressInfo).port);
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
