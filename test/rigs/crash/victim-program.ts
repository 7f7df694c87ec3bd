import { localHand } from './hand.ts';

/** A worker that ends as by `kill -9` at its cut: `victim-program.ts OPTIONS`, told by messages what to do. */
export type Order =
  | { id: number; what: 'ready' }
  | { id: number; what: 'put'; document: object }
  | { id: number; what: 'remove'; automation: string }
  | { id: number; what: 'stop' };

/** `failed`: name of the error. */
export type Report = { id: number; failed: string | null };

const hand = localHand({
  ...JSON.parse(process.argv[2] ?? '{}'),
  end: () => process.kill(process.pid, 'SIGKILL'),
});

async function carryOut(order: Order): Promise<void> {
  switch (order.what) {
    case 'ready':
      return await hand.ready();
    case 'put':
      return await hand.put(order.document);
    case 'remove':
      return await hand.remove(order.automation);
    case 'stop':
      return await hand.stop();
    default:
      return order satisfies never;
  }
}

process.on('message', (order: Order) => {
  const report = (failed: string | null): void => void process.send?.({ id: order.id, failed });
  carryOut(order).then(
    () => report(null),
    (error: Error) => report(error.name),
  );
});
process.on('disconnect', () => process.exit(0));
