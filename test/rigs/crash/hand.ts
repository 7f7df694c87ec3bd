import { pino } from 'pino';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { Settings } from '../../../src/config.ts';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { type Cut, type Prelude, Wire } from './wire.ts';

/** Patience of the engine passes so much faster, its second of waiting for another worker above all; Redis keeps its own time. */
const SPEED = 5;

/** A worker as a cell of the matrix has it: it can be told things, and it is cut somewhere. */
export type Hand = {
  /** Starts it; resolves when it takes part. */
  ready(): Promise<void>;
  put(document: object): Promise<void>;
  remove(id: string): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when it has come to the cut. */
  readonly hit: Promise<void>;
  /** Ends a delay. */
  release(): void;
  /** Nothing of it is left. */
  discard(): Promise<void>;
  /** Name in the consumer groups; null: not known. */
  name(): string | null;
  /** The names of all calls it has made. */
  calls(): Iterable<string>;
};

export type HandOptions = Readonly<{
  url: string;
  namespace: string;
  settings?: Partial<Settings>;
  cut?: Cut | null;
  prelude?: Prelude | null;
  end?: () => void;
}>;

/** From here on waiting takes its own time: what is waited for so long is not what a cell waits for. */
const LONG_MS = 1_000;

/** Short waits end sooner, and those of a dead worker never. */
function quickClock(wire: Wire): Clock {
  const startMs = Date.now();
  const begun = performance.now();
  const never = new Promise<never>(() => undefined);
  return {
    virtualNowMs: () => null,
    nowMs: () => startMs + Math.round((performance.now() - begun) * SPEED),
    sleep: async (ms, signal) => {
      if (wire.dead) await never;
      await systemClock.sleep(ms < LONG_MS ? ms / SPEED : ms, signal);
      if (wire.dead) await never;
    },
  };
}

/** A worker in this process, on connections of its own. */
export function localHand({ url, namespace, settings, cut = null, prelude = null, end }: HandOptions): Hand {
  const wire = new Wire({ cut, prelude, ...(end ? { end } : {}) });
  const watchfire = new Watchfire({
    ...settings,
    redis: url,
    namespace,
    clock: quickClock(wire),
    logger: pino({ level: 'silent' }),
  });
  wire.tap(watchfire.connections.redis);
  let name: string | null = null;
  return {
    hit: wire.hit,
    ready: async () => {
      name = (await watchfire.startWorker()).id;
    },
    put: async (document) => {
      await watchfire.put(document as AutomationDocument);
    },
    remove: (id) => watchfire.delete(id),
    stop: () => watchfire.close(),
    release: () => wire.release(),
    discard: async () => wire.kill(),
    name: () => name,
    calls: () => wire.calls.keys(),
  };
}
