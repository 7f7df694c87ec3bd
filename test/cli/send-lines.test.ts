import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sendLines } from '../../src/cli/send-lines.ts';
import { InvalidDocument, NotDurable, Overloaded, type TryLater } from '../../src/errors.ts';

type Emit = (document: Readonly<Record<string, unknown>>) => Promise<{ id: string; entry: string }>;

const accepted = { id: 'e', entry: '1-0' };
const quiet = { rejected: () => undefined, waits: () => undefined, progress: () => undefined };
const forever = new AbortController().signal;

function send(emit: Emit, chunks: Iterable<string>, signal = forever) {
  async function* source(): AsyncGenerator<string> {
    yield* chunks;
  }
  return sendLines({ emit }, source(), quiet, signal);
}

describe('a file of lines', () => {
  test('is sent in its order', async () => {
    const seen: unknown[] = [];
    const emit: Emit = async ({ n }) => {
      seen.push(n);
      return accepted;
    };
    const end = await send(emit, ['{"n":1}\n{"n":2}\n', '\n  \r\n{"n":3}\r\n', '{"n":4}']);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(end).toMatchObject({ lines: 6, sent: 4, rejected: 0, stopped: null });
  });

  test('is read no faster than its events are taken', async () => {
    const waiting: (() => void)[] = [];
    let read = 0;
    function* chunks(): Generator<string> {
      for (; read < 5_000; read += 1) yield '{}\n';
    }
    let most = 0;
    let taken = 0;
    const emit: Emit = () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(accepted));
        most = Math.max(most, waiting.length);
      });
    let done = false;
    const sending = send(emit, chunks()).finally(() => {
      done = true;
    });
    while (!done) {
      await turn();
      expect(read - taken).toBeLessThanOrEqual(502);
      waiting.shift()?.();
      taken += 1;
    }
    expect(await sending).toMatchObject({ sent: 5_000, lines: 5_000 });
    expect(most).toBe(500);
  });

  test('never has more than some megabytes under way', async () => {
    const waiting: (() => void)[] = [];
    const line = `{"x":"${'x'.repeat(1_000_000)}"}\n`;
    let most = 0;
    const emit: Emit = () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(accepted));
        most = Math.max(most, waiting.length);
      });
    let done = false;
    const sending = send(
      emit,
      Array.from({ length: 40 }, () => line),
    ).finally(() => {
      done = true;
    });
    while (!done) {
      await turn();
      waiting.shift()?.();
    }
    expect(await sending).toMatchObject({ sent: 40 });
    expect(most).toBe(15);
  });

  test('tells which lines are unsure when the log cannot be reached any more', async () => {
    let calls = 0;
    const emit: Emit = async () => {
      calls += 1;
      await turn();
      if (calls > 3) throw new Error('gone');
      return accepted;
    };
    const end = await send(emit, ['{}\n{}\n', '{}\n{}\n{}\n{}\n']);
    expect(end.stopped).toMatchObject({ reason: new Error('gone'), unsure: [1, 6] });
    expect(end).toMatchObject({ lines: 6, sent: 0 });
  });

  test('stops reading after the first failure', async () => {
    const emit: Emit = async ({ n }) => {
      if (n === 2) throw new Error('gone');
      return accepted;
    };
    async function* source(): AsyncGenerator<string> {
      for (const n of [1, 2, 3]) {
        yield `{"n":${n}}\n`;
        await turn();
      }
    }
    const end = await sendLines({ emit }, source(), quiet, forever);
    expect(end).toMatchObject({ lines: 2, sent: 1, stopped: { unsure: [2, 2] } });
  });

  test('gets what could not be read', async () => {
    async function* source(): AsyncGenerator<string> {
      yield '{}\n';
      throw new Error('broken disk');
    }
    const end = await sendLines({ emit: async () => accepted }, source(), quiet, forever);
    expect(end).toMatchObject({ sent: 1, stopped: { reason: new Error('broken disk'), unsure: null } });
  });

  test('ends after the events under way when it is stopped', async () => {
    const stop = new AbortController();
    const emit: Emit = async ({ n }) => {
      if (n === 2) stop.abort();
      await turn();
      return accepted;
    };
    const end = await send(emit, ['{"n":1}\n{"n":2}\n{"n":3}\n'], stop.signal);
    expect(end).toMatchObject({ lines: 2, sent: 2, stopped: null });
  });

  test('goes on after a line that is refused', async () => {
    const told: unknown[] = [];
    const emit: Emit = async ({ event }) => {
      if (event === undefined) throw new InvalidDocument('event', 'is required');
      return accepted;
    };
    const watcher = {
      rejected: (place: string, error: InvalidDocument, count: number) => told.push([place, error.message, count]),
      waits: () => undefined,
      progress: () => undefined,
    };
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"event":"a"}\n{}\nnope\n');
      yield Buffer.from([0x22, 0xff, 0x22, 0x0a]);
      yield Buffer.from(`"${'x'.repeat(1_500_000)}"\n{"event":"a"}\n`);
    }
    const end = await sendLines({ emit }, source(), watcher, forever);
    expect(end).toMatchObject({ lines: 6, sent: 2, rejected: 4, stopped: null });
    expect(told).toEqual([
      ['line 2', 'event: is required', expect.any(Number)],
      ['line 3', expect.stringMatching(/^event: is not JSON: /), expect.any(Number)],
      ['line 4', 'event: must be valid UTF-8', expect.any(Number)],
      ['line 5', 'event: must have at most 1500000 bytes', expect.any(Number)],
    ]);
  });
});

describe('while the engine takes nothing', () => {
  const full = () => new Overloaded('backlog', 'full', 4_000);
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `{"n":${n}}\n`);

  /** An engine that is full from the event `n = at` on, until somebody has slept `naps` times. */
  function engine(at: number, naps: number, refuse: () => Error = full) {
    const taken: unknown[] = [];
    const slept: number[] = [];
    let over = 0;
    const told: (string | null)[] = [];
    const emit: Emit = async (document) => {
      await turn();
      if (Number(document.n) >= at && over < naps) throw refuse();
      taken.push(document.n);
      return accepted;
    };
    const sleep = async (ms: number): Promise<void> => {
      slept.push(ms);
      await turn();
      over += 1;
    };
    const watcher = { ...quiet, waits: (error: TryLater | null) => void told.push(error?.message ?? null) };
    async function* source(): AsyncGenerator<string> {
      yield* numbered(2_000);
    }
    return {
      taken,
      slept,
      told,
      send: (wait: boolean) => sendLines({ emit }, source(), watcher, forever, { wait, sleep }),
    };
  }

  test('it is waited for as long as it says, and then the lines go on in their order', async () => {
    const { taken, slept, told, send } = engine(700, 3);
    expect(await send(true)).toMatchObject({ lines: 2_000, sent: 2_000, rejected: 0, stopped: null });
    expect(taken).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
    expect(slept).toEqual([4_000, 4_000, 4_000]);
    const sentence = 'full, so nothing was added; try again in 4.0 s';
    expect(told).toEqual([sentence, null, sentence, null, sentence, null]);
  });

  test('without waiting it ends with the lines that certainly were not sent', async () => {
    const { taken, slept, send } = engine(700, 1);
    const { stopped, sent, lines } = await send(false);
    expect({ sent, slept: slept.length, last: taken.at(-1) }).toEqual({ sent: 700, slept: 0, last: 699 });
    expect(stopped).toEqual({ reason: expect.any(Overloaded), unsure: null, refused: [701, lines] });
  });

  test('told to stop it waits no longer', async () => {
    const stop = new AbortController();
    const emit: Emit = async ({ n }) => {
      if (Number(n) >= 2) throw full();
      return accepted;
    };
    const sleep = async (): Promise<void> => stop.abort();
    async function* source(): AsyncGenerator<string> {
      yield* numbered(5);
    }
    const end = await sendLines({ emit }, source(), quiet, stop.signal, { sleep });
    expect(end).toMatchObject({ sent: 2, stopped: { refused: [3, expect.any(Number)], unsure: null } });
  });

  test('an event that may be there already is sent again under the id that it was given', async () => {
    const seen: unknown[] = [];
    const emit: Emit = async (document) => {
      seen.push(document);
      if (seen.length === 1) throw new NotDurable('perhaps', 'unsure', 10, 'given');
      return accepted;
    };
    async function* source(): AsyncGenerator<string> {
      yield '{"n":1,"id":null}\n';
    }
    const end = await sendLines({ emit }, source(), quiet, forever, { sleep: async () => undefined });
    expect(end).toMatchObject({ sent: 1, stopped: null });
    expect(seen).toEqual([
      { n: 1, id: null },
      { n: 1, id: 'given' },
    ]);
  });
});
