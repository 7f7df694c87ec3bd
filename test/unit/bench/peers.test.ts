import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { customerOf, FIRES_AT, firingsOf, loadOf, writeLoad } from '../../../bench/peers/load.ts';
import { pageOf, type Row } from '../../../bench/peers/page.ts';
import { spentOf, sumOf } from '../../../bench/peers/processor.ts';
import { besides, gist, type Heard, speedOf, spoken } from '../../../bench/peers/verdict.ts';

const SIZE = { warm: 100, events: 1_000 };

/** A run of 2 s and 50 ms of processor time, with all the firings that the load must give. */
const HEARD: readonly Heard[] = [
  { at: 'warm', fired: 20, ms: 1_000, processorMs: 300 },
  { at: 'end', fired: 220, ms: 3_000, processorMs: 350 },
  { at: 'done', fired: 220, ms: 3_500, processorMs: 390 },
];

const withFired = (fired: number): Heard[] => HEARD.map((one) => (one.at === 'done' ? { ...one, fired } : one));

describe('what a program says', () => {
  test.each([
    ['{"at":"warm","fired":20}', { at: 'warm', fired: 20 }],
    ['{"at": "done", "fired": 0}', { at: 'done', fired: 0 }],
    ['{"at":"warm"}', undefined],
    ['{"at":"warm","fired":"20"}', undefined],
    ['null', undefined],
    ['12:00:01 WARN a remark', undefined],
    ['', undefined],
  ])('%s', (line, said) => {
    expect(spoken(line)).toEqual(said);
  });

  test('is shortened to the line that names the error', () => {
    const java = 'WARNING: old\nException in thread "main" a.B: no\n\tat c.D\nCaused by: e.F';
    const python =
      'Traceback (most recent call last):\n  File "x", line 1\n    raise ValueError("no")\nValueError: no\n';
    expect([java, python, 'killed\n', ''].map(gist)).toEqual([
      'Exception in thread "main" a.B: no',
      'ValueError: no',
      'killed',
      'it says nothing',
    ]);
  });
});

describe('the speed of a run', () => {
  test('is that between warm and end', () => {
    expect(speedOf(HEARD, SIZE)).toEqual({ rate: 500, processor: 50 });
  });

  test.each([219, 221, 0])('is refused with %d firings instead of 220', (fired) => {
    expect(() => speedOf(withFired(fired), SIZE)).toThrow(`${fired} firings instead of 220`);
  });

  test('is refused when the program ended early', () => {
    expect(() => speedOf(HEARD.slice(0, 1), SIZE)).toThrow('it ended before it was done, with 20 of 220 firings');
    expect(() => speedOf([], SIZE)).toThrow('with 0 of 220 firings');
  });

  test('is refused when its begin is unknown', () => {
    expect(() => speedOf(HEARD.slice(1), SIZE)).toThrow('it did not say when it began and ended');
  });

  test('is compared round by round, and the median of the rounds counts', () => {
    const own = [
      { rate: 100, processor: 10 },
      { rate: 300, processor: 10 },
      { rate: 200, processor: 10 },
    ];
    const others = [
      { rate: 50, processor: 20 },
      { rate: 50, processor: 40 },
      { rate: 100, processor: 50 },
    ];
    expect(besides(own, others)).toEqual({
      speed: { rate: 50, processor: 40 },
      ratio: { rate: 2, processor: 0.25 },
    });
    expect(() => besides(own.slice(1), others)).toThrow('round 3 has no figure');
  });
});

describe('processor time', () => {
  test('is user and system time in ms, that of ended children included, whatever the name of the process', () => {
    const stat = '42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 3 1 20 0 1 0 99';
    expect(spentOf(stat)).toEqual({ pid: 42, parent: 7, ms: 1_240 });
  });

  test('is that of the named processes and their descendants', () => {
    const all = [
      { pid: 30, parent: 20, ms: 4 },
      { pid: 10, parent: 1, ms: 1 },
      { pid: 20, parent: 10, ms: 2 },
      { pid: 11, parent: 1, ms: 8 },
      { pid: 12, parent: 1, ms: 16 },
    ];
    expect([sumOf(all, [10]), sumOf(all, [11, 20]), sumOf(all, [99])]).toEqual([7, 14, 0]);
  });
});

describe('the load', () => {
  test.each([1_000, 100_000, 300_000])('of %d events has five of each customer', (count) => {
    const times = new Map<number, number>();
    for (let i = 0; i < count; i += 1) {
      const customer = customerOf(i, count);
      times.set(customer, (times.get(customer) ?? 0) + 1);
    }
    expect(times.size).toBe(firingsOf(count));
    expect(new Set(times.values())).toEqual(new Set([FIRES_AT]));
  });

  test('is written line by line, all of a customer in one file, the events that warm up first', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-peers-'));
    await writeLoad(folder, loadOf({ warm: 20, events: 50 }), 2);
    const files = await Promise.all(['0', '1'].map((name) => readFile(path.join(folder, name), 'utf8')));
    await rm(folder, { recursive: true });
    const customers = files.map((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { resource: { id: string } }).resource.id),
    );
    const [first = [], second = []] = customers;
    expect([first.length, second.length]).toEqual([35, 35]);
    expect(first.filter((id) => second.includes(id))).toEqual([]);
    expect(customers.map((all) => all.slice(0, 10).every((id) => id.startsWith('customer.w')))).toEqual([true, true]);
  });
});

describe('the page', () => {
  const row: Row = {
    name: 'Other',
    version: '1.0',
    keeps: 'nothing',
    events: 1_000,
    bounds: { rate: 2, processor: 0.5 },
    speed: { rate: 10_000, processor: 50 },
    ratio: { rate: 2.1, processor: 0.6 },
  };
  const record = { machine: 'a machine', when: '2026-01-01', load: [0, 1], rounds: 3, rows: [row] } as const;

  test('says of each bound whether it was reached', () => {
    expect(pageOf(record, '')).toContain(
      '| Other | 1.0 | nothing | 10,000 | 50.0 µs | 1,000 | 2.10 ×<br>≥ 2 ×: reached | 0.60 ×<br>≤ 0.5 ×: **missed** |',
    );
  });

  test('says when other programs kept the machine busy', () => {
    const words = 'Other programs kept the machine busy';
    expect(pageOf({ ...record, load: [8.5, 1] }, '')).toContain(words);
    expect(pageOf({ ...record, load: [0.4, 2] }, '')).not.toContain(words);
  });

  test('keeps what a person wrote', () => {
    const first = pageOf(record, '');
    const edited = first.replace('begin -->\n', 'begin -->\nby a person');
    expect(edited).not.toBe(first);
    expect(pageOf({ ...record, rounds: 5 }, edited)).toContain('begin -->\nby a person\n<!--');
  });
});
