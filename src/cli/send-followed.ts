import { createHash } from 'node:crypto';
import path from 'node:path';
import { systemClock } from '../clock.ts';
import type { Watchfire } from '../engine.ts';
import { DOCUMENT_LIMIT_BYTES } from '../model/event.ts';
import { isRecord } from '../model/record.ts';
import {
  type FilePlace,
  FollowedFile,
  type FollowNote,
  type NewLines,
  readPlace,
  writePlace,
} from './followed-file.ts';
import { type LinesWatcher, type SendOptions, type Stopped, sendLines, type Tally } from './send-lines.ts';
import type { LineMap } from './send-map.ts';

/** How often a file is looked at that does not grow. */
const LOOK_EVERY_MS = 250;

/** How often the place is written down, at most: what was sent since is sent again after a crash, and known by its ids. */
const KEEP_EVERY_MS = 500;

export type FollowOptions = Readonly<{
  file: string;
  placeFile: string;
  map: LineMap | null;
  note: (note: FollowNote) => void;
}> &
  Omit<SendOptions, 'made'>;

/** Sends what a file has and gets, until `signal` is aborted or something fails. @throws Misuse */
export async function sendFollowed(
  watchfire: Pick<Watchfire, 'emit'>,
  { file, placeFile, map, note, ...options }: FollowOptions,
  watcher: LinesWatcher,
  signal: AbortSignal,
): Promise<Tally & { stopped: Stopped | null }> {
  const { sleep = systemClock.sleep } = options;
  const followed = new FollowedFile(file, await readPlace(placeFile), DOCUMENT_LIMIT_BYTES, note);
  const all: Tally & { stopped: Stopped | null } = { ...EMPTY, stopped: null };
  const kept = new KeptPlace(placeFile);
  try {
    while (!signal.aborted && all.stopped === null) {
      const came = await followed.read();
      if (came === null) {
        await kept.write();
        await sleep(LOOK_EVERY_MS, signal);
        continue;
      }
      const made = (document: unknown, line: number): readonly object[] =>
        eventsOf(document, idOf(file, came, line), map);
      const told = { ...watcher, progress: () => undefined };
      const tally = await sendLines(watchfire, once(came.bytes), told, signal, { ...options, made });
      add(all, tally);
      watcher.progress(all);
      const whole = tally.stopped === null && tally.lines === came.offsets.length;
      const place = whole ? came.place : placeBehind(came, tally);
      followed.moveTo(place);
      await kept.at(place);
    }
  } finally {
    await kept.write();
    await followed.close();
  }
  return all;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const EMPTY: Tally = { lines: 0, unit: 'line', bytes: 0, sent: 0, rejected: 0, nameless: 0 };

function add(all: Tally & { stopped: Stopped | null }, tally: Tally & { stopped: Stopped | null }): void {
  for (const key of ['lines', 'bytes', 'sent', 'rejected', 'nameless'] as const) all[key] += tally[key];
  all.stopped = tally.stopped;
}

/** Behind the lines that are dealt with for certain: those in front of the first that may not be. */
function placeBehind(came: NewLines, { lines, stopped }: Tally & { stopped: Stopped | null }): FilePlace {
  const doubtful = [stopped?.unsure?.[0], stopped?.refused?.[0]].filter((line) => line !== undefined);
  const done = Math.min(lines, ...doubtful.map((line) => line - 1));
  const offset = came.offsets[done];
  return offset === undefined ? came.place : { ...came.place, offset };
}

/** The events of a line. One without an id has that of its line, so that it counts once when it is read again. */
function eventsOf(document: unknown, id: string, map: LineMap | null): readonly object[] {
  if (map !== null) return map(document, id);
  if (!isRecord(document) || document.specversion !== undefined) return [document as object];
  return [{ ...document, id: document.id ?? id }];
}

/** Names a line by its file, where it stands, and what it says. */
function idOf(file: string, { bytes, offsets, place }: NewLines, line: number): string {
  const [from, to] = [offsets[line - 1] ?? 0, offsets[line]];
  const begin = offsets[0] ?? 0;
  const text = bytes.subarray(from - begin, to === undefined ? undefined : to - begin);
  const name = `${path.resolve(file)} ${place.ino} ${place.turn} ${from} `;
  return `line-${createHash('sha256').update(name).update(text).digest('hex').slice(0, 40)}`;
}

/** Writes down how far a file is sent. */
class KeptPlace {
  readonly #file: string;
  #place: FilePlace | null = null;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.#file = file;
  }

  async at(place: FilePlace): Promise<void> {
    this.#place = place;
    if (performance.now() - this.#writtenAtMs >= KEEP_EVERY_MS) await this.write();
  }

  async write(): Promise<void> {
    const place = this.#place;
    if (place === null) return;
    this.#place = null;
    this.#writtenAtMs = performance.now();
    await writePlace(this.#file, place);
  }
}
