import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sendLines } from '../../src/cli/send-lines.ts';
import { InvalidDocument } from '../../src/errors.ts';

type Emit = (document: Readonly<Record<string, unknown>>) => Promise<{ id: string; entry: string }>;

const accepted = { id: 'e', entry: '1-0' };
const quiet = { rejected: () => undefined, progress: () => undefined };
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

  test('is told of what could not be read', async () => {
    async function* source(): AsyncGenerator<string> {
      yield '{}\n';
      throw new Error('broken disk');
    }
    const end = await sendLines({ emit: async () => accepted }, source(), quiet, forever);
    expect(end).toMatchObject({ sent: 1, stopped: { reason: new Error('broken disk'), unsure: null } });
  });

  test('ends after the events under way when it is told to stop', async () => {
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
      rejected: (line: number, error: InvalidDocument, count: number) => told.push([line, error.message, count]),
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
      [2, 'event: is required', expect.any(Number)],
      [3, expect.stringMatching(/^event: is not JSON: /), expect.any(Number)],
      [4, 'event: must be valid UTF-8', expect.any(Number)],
      [5, 'event: must have at most 1500000 bytes', expect.any(Number)],
    ]);
  });
});
