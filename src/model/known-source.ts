import { InvalidDocument } from '../errors.ts';
import { DEFAULT_HOLD_MS, holdMsOf } from './source.ts';
import { isText } from './text.ts';

/** How a source was when it was looked at last. Times in ms, of the engine's Redis. */
export type SourceNote = Readonly<{
  atMs: number;
  /** Entries behind the place, as far as Redis can tell; null where it cannot. */
  behind: number | null;
  /** How long the oldest of them waits. */
  waitsMs: number;
  /** Why it cannot be read; null where it can. */
  error: string | null;
}>;

/** A source as the log knows it. `place`: up to where it was brought in; null where only its document stands there. */
export type KnownSource = Readonly<{
  name: string;
  place: string | null;
  events: number;
  letters: number;
  lost: number;
  /** Since when it is paused. */
  pausedMs: number | null;
  /** Its document, without secrets, as who runs it published it. */
  spec: Readonly<Record<string, unknown>> | null;
  note: SourceNote | null;
}>;

/** How long absences wait for a source that is behind, in ms. */
export function holdOf({ spec }: KnownSource): number {
  return holdMsOf(spec?.hold) ?? DEFAULT_HOLD_MS;
}

/** Whether it is sent events by HTTP: nobody reads it, and it has no place. */
export function isSent({ spec }: KnownSource): boolean {
  return spec?.type === 'webhook' || spec?.type === 'cloudevents';
}

/** Characters of a position in a source that a program reads. */
export const POSITION_LIMIT = 1_024;

/** The id of an entry, and what its halves are below. */
const ENTRY_ID = /^(\d{1,20})-(\d{1,20})$/;
const HALF_LIMIT = 1n << 64n;

/** The place that somebody means who has a source go on elsewhere. @throws InvalidDocument */
export function soughtPlace({ spec }: KnownSource, place: string): string {
  if (spec?.type === 'program') {
    if (place === 'start') return '';
    if (isText(place, POSITION_LIMIT)) return place;
    throw new InvalidDocument('place', `must be start, or a position of 1 to ${POSITION_LIMIT} characters`, place);
  }
  if (place === 'start') return '0-0';
  const [, ...halves] = ENTRY_ID.exec(place) ?? [];
  if (halves.length > 0 && halves.every((half) => BigInt(half) < HALF_LIMIT)) return place;
  throw new InvalidDocument('place', 'must be start, or the id of an entry such as 1700000000000-0', place);
}

/** A source whose note is older is read by nobody. */
export const SILENT_MS = 15_000;

/** Whether a program reads a source, and can. */
export function isRead({ note, pausedMs }: KnownSource, nowMs: number): boolean {
  return pausedMs === null && note !== null && note.error === null && nowMs - note.atMs <= SILENT_MS;
}

/** Entries that wait longer are told. */
const BEHIND_MS = 10_000;

/** What is wrong with a source, as sentences without an end, and what to do about it. */
export type SourceTrouble = Readonly<{ found: string; advice: string }>;

/** What is wrong with the sources of a log. @param span how a duration in ms is written */
export function troublesOf(
  sources: readonly KnownSource[],
  nowMs: number,
  span: (ms: number) => string,
): SourceTrouble[] {
  return sources.flatMap((source) => troublesOfOne(source, nowMs, span));
}

function troublesOfOne(source: KnownSource, nowMs: number, span: (ms: number) => string): SourceTrouble[] {
  const { name, note, pausedMs, lost, place } = source;
  const waits =
    holdOf(source) === 0 ? 'absences do not wait for it' : `absences wait for it at most ${span(holdOf(source))}`;
  const troubles: SourceTrouble[] = [];
  const tell = (found: string, advice: string): void => void troubles.push({ found, advice });
  if (pausedMs !== null)
    tell(`the source ${name} is paused for ${span(nowMs - pausedMs)}: ${waits}`, `watchfire sources resume ${name}`);
  else if (place !== null && note !== null && nowMs - note.atMs > SILENT_MS)
    tell(
      `nobody reads the source ${name} for ${span(nowMs - note.atMs)}: ${waits}`,
      `run "watchfire worker --sources FILE", or "watchfire sources forget ${name}" when it is gone`,
    );
  else if (note?.error)
    tell(`the source ${name} cannot be read: ${note.error}: ${waits}`, 'see to its server, or to what it may do there');
  else if (note && note.waitsMs > BEHIND_MS) {
    const entries = note.behind === null ? 'some entries' : `${note.behind.toLocaleString('en-US')} entries`;
    tell(
      `the source ${name} is ${entries} behind, the oldest waits for ${span(note.waitsMs)}: ${waits}`,
      'let it catch up',
    );
  }
  if (lost > 0)
    tell(
      `${lost.toLocaleString('en-US')} entries of the source ${name} were removed before they were read`,
      'trim the stream by time or by its groups, or later',
    );
  return troubles;
}
