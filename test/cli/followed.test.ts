import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FollowNote, writePlace } from '../../src/cli/followed-file.ts';
import { sendFollowed } from '../../src/cli/send-followed.ts';
import type { Tally } from '../../src/cli/send-lines.ts';
import type { LineMap } from '../../src/cli/send-map.ts';
import { Overloaded } from '../../src/errors.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { runIn } from './run.ts';

type Sent = { id: string; event: string };

/** A file that grows while it is followed. */
function growing() {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-follow-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'app.ndjson');
  const sent: Sent[] = [];
  const notes: FollowNote[] = [];
  return {
    file,
    placeFile: `${file}.place`,
    sent,
    notes,
    names: () => sent.map(({ event }) => event),
    add: (...names: string[]) => appendFileSync(file, names.map((name) => `${lineOf(name)}\n`).join('')),
    rotate: () => renameSync(file, `${file}.1`),
    /** Follows it; each time when nothing has come the next step is taken, and after the last one it ends. */
    follow: async (
      steps: readonly (() => void)[],
      { map = null, emit }: { map?: LineMap | null; emit?: (document: Sent) => Promise<void> } = {},
    ): Promise<Tally> => {
      const ending = new AbortController();
      const left = [...steps];
      const take = async (document: unknown): Promise<{ id: string; entry: string }> => {
        await emit?.(document as Sent);
        sent.push(document as Sent);
        return { id: '', entry: '' };
      };
      const sleep = async (): Promise<void> => {
        const step = left.shift();
        if (step === undefined) ending.abort();
        step?.();
      };
      const watcher = { rejected: () => undefined, waits: () => undefined, progress: () => undefined };
      const note = (what: FollowNote): void => void notes.push(what);
      const options = { file, placeFile: `${file}.place`, map, note, sleep };
      return await sendFollowed({ emit: take }, options, watcher, ending.signal);
    },
  };
}

function lineOf(name: string): string {
  return JSON.stringify({ event: name, resource: { id: 'r' } });
}

describe('a file that is followed', () => {
  test('is sent as it grows, whole lines only', async () => {
    const { follow, add, file, names } = growing();
    add('a', 'b');
    const half = lineOf('d').slice(0, 9);
    await follow([
      () => add('c'),
      () => appendFileSync(file, half),
      () => appendFileSync(file, `${lineOf('d').slice(9)}\n`),
    ]);
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is read to its end when it is rotated, and then the new one', async () => {
    const { follow, add, rotate, file, names, notes } = growing();
    add('a');
    await follow([rotate, () => appendFileSync(`${file}.1`, lineOf('b')), () => add('c'), () => add('d')]);
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(notes).toEqual(['rotated']);
  });

  test('is read from its beginning when it is cut off', async () => {
    const { follow, add, file, names, notes } = growing();
    add('a', 'b');
    await follow([() => writeFileSync(file, `${lineOf('c')}\n`)]);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(notes).toEqual(['cut-off']);
  });

  test('is waited for until it is there', async () => {
    const { follow, add, names, notes } = growing();
    await follow([() => undefined, () => add('a')]);
    expect([names(), notes]).toEqual([['a'], ['missing']]);
  });

  test('is read on from where it was left, although it was rotated meanwhile', async () => {
    const { follow, add, rotate, names, notes } = growing();
    add('a', 'b');
    await follow([]);
    add('c');
    rotate();
    add('d');
    await follow([]);
    await follow([() => add('e')]);
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(notes).toEqual(['rotated']);
  });

  test('says that something is lost when the old one is gone', async () => {
    const { follow, add, file, names, notes } = growing();
    add('a');
    await follow([]);
    renameSync(file, `${file}.tmp`);
    add('b');
    rmSync(`${file}.tmp`);
    await follow([]);
    expect([names(), notes]).toEqual([['a', 'b'], ['lost']]);
  });

  test('gives each line an id, the same when it is sent again', async () => {
    const { follow, add, sent, placeFile } = growing();
    add('a', 'a');
    await follow([]);
    rmSync(placeFile);
    await follow([]);
    const ids = sent.map(({ id }) => id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });

  test('keeps the place in front of what was refused', async () => {
    const { follow, add, names, placeFile } = growing();
    add('a', 'b', 'c');
    const emit = async ({ event }: Sent): Promise<void> => {
      if (event === 'b') throw new TypeError('refused');
    };
    await follow([], { emit });
    expect(existsSync(placeFile)).toBe(true);
    expect((JSON.parse(readFileSync(placeFile, 'utf8')) as { offset: number }).offset).toBe(lineOf('a').length + 1);
    await follow([]);
    expect(names().filter((name) => name === 'b')).toEqual(['b']);
  });

  test('waits while the engine takes nothing', async () => {
    const { follow, add, names } = growing();
    add('a');
    let refused = false;
    const emit = async (): Promise<void> => {
      if (!refused) {
        refused = true;
        throw new Overloaded('backlog', 'full', 1);
      }
    };
    await follow([() => undefined], { emit });
    expect(names()).toEqual(['a']);
  });
});

test('a link that somebody laid where the place is written leads to no other file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-place-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [place, other] = [path.join(folder, 'f.place'), path.join(folder, 'other')];
  writeFileSync(other, 'mine');
  symlinkSync(other, `${place}.new`);
  await writePlace(place, { ino: 1, turn: 0, offset: 5, head: '', headBytes: 0 });
  expect(readFileSync(other, 'utf8')).toBe('mine');
  expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ offset: 5 });
});

test('lines become events by a preset and a map, from standard input as well', async () => {
  const namespace = freshNamespace({ permanent: ['events'] });
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-map-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const map = path.join(folder, 'map.yaml');
  writeFileSync(
    map,
    "where: entry.code >= 500\nevent: 'http.{{ entry.code }}'\nresource: { id: '{{ entry.host }}' }\n",
  );
  const cli = runIn(namespace);
  const stdin = ['{"code":503,"host":"a"}\n', '{"code":200,"host":"b"}\n', '{"code":500}\n'];
  const { out, err } = await cli(['send', '--file', '-', '--map', map], { stdin });
  expect(out[0]).toMatch(/^sent 1 event in .* 1 rejected$/);
  expect(err[0]).toMatch(/^watchfire: line 3: resource\.id: /);
  const delivery = { headers: { 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': 'd' }, body: { ref: 'refs/heads/x' } };
  await cli(['send', '--file', '-', '--preset', 'github'], { stdin: JSON.stringify(delivery) });
  const entries = await testClient().xrange(`{${namespace}}:events`, '-', '+');
  expect(entries.map(([, [, data = '']]) => JSON.parse(data))).toMatchObject([
    { event: 'http.503', resource: { id: 'a' } },
    { id: 'file:d', event: 'github.push', resource: { branch: 'x' } },
  ]);
});

test.each([
  [['send', '--follow'], /--follow goes with --file/],
  [['send', '--file', '-', '--follow'], /--follow goes with --file/],
  [['send', '--file', '-', '--preset', 'none'], /--preset: must be one of /],
])('%j is refused', async (argv, problem) => {
  const { status, err } = await runIn('none')(argv);
  expect([status, err.join('\n')]).toEqual([2, expect.stringMatching(problem)]);
});
