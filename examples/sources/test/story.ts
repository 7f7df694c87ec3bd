import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventDocument, Watchfire } from 'watchfire';

/** Numbers of events: those sent while the program reads, and those sent while it is gone. */
const [LIVE, AWAY] = [100, 100];

export type Story = Readonly<{
  /** The program, beside this folder. */
  program: string;
  env: Readonly<Record<string, string>>;
  /** What it makes its events of: the names of those that carry a number `n` in the payload. */
  events: string;
  /** Sends the events with the numbers from `first` to `last`. */
  send: (first: number, last: number) => Promise<void>;
  /** Resolves when a broker that keeps nothing for a program that never came has met it. */
  met?: () => Promise<unknown>;
  /** Sends what is no JSON, which becomes the event of this name. */
  unreadable?: Readonly<{ send: () => Promise<void>; event: string }>;
}>;

/** A program is killed while it reads, and started again: every event takes effect once, in its order. */
export async function readsOnce({ program, env, events, send, met, unreadable }: Story): Promise<void> {
  const watchfire = new Watchfire({ redis: process.env.REDIS_URL });
  const started: ChildProcess[] = [];
  const start = (): ChildProcess => {
    const file = path.join(import.meta.dirname, '..', program);
    const child = spawn(process.execPath, [file], { env: { ...process.env, ...env }, stdio: 'inherit' });
    started.push(child);
    return child;
  };
  const automation = `reads-once-${program.replace('.ts', '')}`;
  const expect = [events, ...(unreadable ? [unreadable.event] : [])];
  const taken = async (): Promise<EventDocument[]> => {
    const { firings } = await watchfire.firings({ automation, limit: 1_000 });
    return firings.flatMap(({ firing }) => firing.event ?? []);
  };
  try {
    await watchfire.put({ id: automation, name: automation, trigger: { posture: 'Reactive', expect, threshold: 1 } });
    await watchfire.startWorker();
    const first = start();
    await met?.();
    const sending = send(1, LIVE);
    await until('some are in', async () => (await taken()).length >= LIVE / 4);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await sending;
    await send(LIVE + 1, LIVE + AWAY);
    await unreadable?.send();
    start();
    const count = LIVE + AWAY + (unreadable ? 1 : 0);
    await until('all are in', async () => (await taken()).length >= count);
    const all = await taken();
    const numbers = all.flatMap(({ payload }) => (payload.n === undefined ? [] : Number(payload.n)));
    const each = Array.from({ length: LIVE + AWAY }, (_, i) => i + 1);
    assert.deepEqual([all.length, numbers.toSorted((a, b) => a - b)], [count, each]);
    for (const [id, of] of Map.groupBy(all, ({ resource }) => String(resource.id))) {
      const order = of.flatMap(({ payload }) => (payload.n === undefined ? [] : Number(payload.n)));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        `those of ${id} are in their order`,
      );
    }
  } finally {
    for (const child of started) child.kill('SIGKILL');
    await watchfire.close();
  }
}

/** Far longer than a busy machine needs. */
const PATIENCE_MS = Number(process.env.WATCHFIRE_PATIENCE_MS ?? 60_000);

/** Looks again and again. */
export async function until(sentence: string, probe: () => Promise<boolean>): Promise<void> {
  for (const bound = performance.now() + PATIENCE_MS; performance.now() < bound; await pause(50)) {
    if (await probe()) return;
  }
  throw new Error(`${sentence}: not within ${PATIENCE_MS} ms`);
}
