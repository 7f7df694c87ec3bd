import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Hand, HandOptions } from './hand.ts';
import type { Order, Report } from './victim-program.ts';

const PROGRAM = fileURLToPath(new URL('victim-program.ts', import.meta.url));

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A worker in a process of its own, which a cut kills. @param cache folder in which Node keeps what it has compiled */
export function processHand(options: Omit<HandOptions, 'prelude' | 'end'>, cache: string): Hand {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const hit = Promise.withResolvers<void>();
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  void exit.then(([, signal]) => {
    if (signal === 'SIGKILL') hit.resolve();
  });
  child.on('message', ({ id, failed }: Report) => {
    const waits = waiting.get(id);
    if (failed === null) waits?.resolve();
    else waits?.reject(Object.assign(new Error(failed), { name: failed }));
  });
  const tell = async (order: Without<Order, 'id'>): Promise<void> => {
    const id = waiting.size;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.set(id, { resolve, reject });
    // One that is dead hears nothing.
    child.send({ ...order, id }, () => undefined);
    await promise;
  };
  return {
    hit: hit.promise,
    ready: () => tell({ what: 'ready' }),
    put: (document) => tell({ what: 'put', document }),
    remove: (automation) => tell({ what: 'remove', automation }),
    stop: () => tell({ what: 'stop' }),
    release: () => undefined,
    discard: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    name: () => null,
    calls: () => [],
  };
}
