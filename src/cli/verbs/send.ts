import type { Command } from 'commander';
import type { Settings } from '../../config.ts';
import type { EventInput } from '../../documents/given.ts';
import type { Watchfire } from '../../engine.ts';
import { InvalidDocument, NotDurable, type TryLater } from '../../errors.ts';
import { flatDocument } from '../../model/flat.ts';
import { withWatchfire } from '../connect.ts';
import { type FollowNote, placeFileOf } from '../followed-file.ts';
import { openInput } from '../input.ts';
import { type FollowOptions, sendFollowed } from '../send-followed.ts';
import { type Stopped, sendLines, type Tally } from '../send-lines.ts';
import { type LineMap, lineMap, mapOptions } from '../send-map.ts';
import { byDefault, durabilityOptions, durabilitySettings, numberSetting, wholeSetting } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson, sentenceOf } from '../view/output.ts';
import { progressOn } from '../view/progress.ts';
import { count } from '../view/when.ts';

/** Rejected lines that are shown one by one; of more, the first ones and the count are enough. */
const SHOWN_REJECTIONS = 20;

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  configure(command: Command) {
    mapOptions(durabilityOptions(outputOption(command)))
      .argument('[event]', 'its name')
      .argument('[key=value...]', 'its fields, named as in XADD: resource.id, related.0.role, payload.total …')
      .option('--file <file>', 'send a file of JSON documents, one in each line or in a list; - is standard input')
      .option('--follow', 'send what comes to the file, too, until SIGINT: it may be rotated, and its place is kept')
      .option(
        '--place <file>',
        'where --follow keeps how far the file was sent (default: the file with .place behind it)',
      )
      .option('--no-wait', 'give up when the engine takes no more events, instead of waiting until it does')
      .option('--max-backlog <events>', `events not applied yet above which none are sent ${byDefault('maxBacklog')}`)
      .option(
        '--max-memory-ratio <part>',
        `part of Redis' maxmemory above which none are sent ${byDefault('maxMemoryRatio')}`,
      )
      .addHelpText(
        'after',
        '\nExamples:\n  watchfire send order.failed resource.id=customer.7 payload.total=12\n' +
          '  watchfire send --file events.ndjson\n' +
          '  watchfire send --file access.ndjson --follow --map access.yaml',
      );
  },

  async run([event, ...fields], options, io) {
    if (options.follow === true && (options.file === undefined || options.file === '-'))
      throw new Misuse('send: --follow goes with --file; standard input is read to its end by itself');
    if (options.file !== undefined) {
      if (event !== undefined) throw new Misuse(`send: give an event or --file, not both (found "${event}")`);
      return await sendFile(String(options.file), options, io);
    }
    if (event === '-' && fields.length === 0) return await sendFile('-', options, io);
    if (event === undefined) throw new Misuse('send: give the name of an event, or --file');
    return await sendOne(['event', event, ...fields.flatMap(pairOf)], options, io);
  },
};

/** Names the id that makes sending it once more harmless. */
async function emit(watchfire: Watchfire, document: object): Promise<{ id: string; entry: string }> {
  try {
    return await watchfire.emit(document as EventInput);
  } catch (error) {
    if (error instanceof NotDurable && error.id !== null)
      error.message += `, with id=${error.id} so that it counts once`;
    throw error;
  }
}

function pairOf(field: string): [string, string] {
  const sign = field.indexOf('=');
  if (sign < 1) throw new Misuse(`send: fields are written key=value (found "${field}")`);
  return [field.slice(0, sign), field.slice(sign + 1)];
}

async function sendOne(fields: readonly string[], options: Options, io: Io): Promise<number> {
  const document = documentOf(fields);
  const settings = settingsOf(options);
  const send = async (watchfire: Watchfire): Promise<{ id: string; entry: string }> => {
    const sent = await emit(watchfire, document);
    await warnOfNobody(watchfire, io);
    return sent;
  };
  const { id, entry } = await withWatchfire(options, io, send, { settings });
  if (document.event === '') io.err('watchfire: warning: the name of the event is empty');
  if (asJson(options)) printJson(io, { id, entry });
  else io.out(plain(`sent ${id} at ${entry}`));
  return DONE;
}

/** @throws InvalidDocument; for an unknown field that may be meant as a label, with the name that a label has */
function documentOf(fields: readonly string[]): Record<string, unknown> {
  try {
    return flatDocument(fields);
  } catch (error) {
    if (!(error instanceof InvalidDocument) || error.reason !== 'unknown field') throw error;
    const at = fields.findIndex((name, i) => i % 2 === 0 && name === error.path);
    if (at === -1 || error.path.includes('.')) throw error;
    throw new InvalidDocument(error.path, `unknown field; as a label it is resource.${error.path}`, fields[at + 1]);
  }
}

/** A namespace with a slip of the pen takes events like any other, and nobody ever sees them. */
async function warnOfNobody(watchfire: Watchfire, io: Io): Promise<void> {
  // The event is sent, whatever becomes of this question.
  const attendance = await watchfire.attendance().catch(() => 'attended');
  if (attendance === 'attended') return;
  const who = attendance === 'never' ? 'no worker has ever been' : 'no worker is alive';
  const { namespace } = watchfire.settings;
  io.err(
    `watchfire: warning: ${who} in the namespace "${namespace}": what is sent waits until "watchfire worker" runs there`,
  );
}

async function sendFile(file: string, options: Options, io: Io): Promise<number> {
  const map = lineMap(file, options);
  const follow = options.follow === true;
  const { source, totalBytes } = follow ? { source: null, totalBytes: null } : await openInput(file, io);
  const send = async (watchfire: Watchfire): Promise<number> => {
    const progress = await progressOn(io, totalBytes);
    const startMs = performance.now();
    const summaryOf = (tally: Tally): Summary => {
      const seconds = (performance.now() - startMs) / 1_000;
      return { ...tally, seconds: Math.round(seconds * 1_000) / 1_000, perSecond: Math.round(tally.sent / seconds) };
    };
    const rejected = (place: string, error: InvalidDocument, count: number): void => {
      if (count <= SHOWN_REJECTIONS) progress.note(`watchfire: ${place}: ${sentenceOf(error)}`);
    };
    let waiting = false;
    const waits = (error: TryLater | null): void => {
      progress.waits(error && `waiting: ${error.message}`);
      // Where no bar says it, a line does, once for each time.
      if (error && !waiting && io.screen === null) io.err(`watchfire: waiting: ${error.message}`);
      waiting ||= error !== null;
    };
    const told = (tally: Tally): void => {
      waiting = false;
      progress.update(summaryOf(tally));
    };
    const wait = options.wait !== false;
    const watcher = { rejected, waits, progress: told };
    const sending =
      source === null
        ? sendFollowed(watchfire, { ...followOptions(file, options, map, progress.note), wait }, watcher, io.signal)
        : sendLines(watchfire, source, watcher, io.signal, { wait, ...(map && { made: (one) => map(one, null) }) });
    const end = await sending.finally(progress.stop);
    tell(summaryOf(end), end.stopped, options, io);
    if (end.nameless > 0) {
      const names = end.nameless === 1 ? 'name of 1 event is' : `names of ${count(end.nameless)} events are`;
      io.err(`watchfire: warning: the ${names} empty`);
    }
    if (end.sent > 0 && !end.stopped && !io.signal.aborted) await warnOfNobody(watchfire, io);
    if (end.stopped) throw end.stopped.reason;
    // What is followed has no end of its own.
    return end.rejected > 0 || (io.signal.aborted && !follow) ? FAILED : DONE;
  };
  return await withWatchfire(options, io, send, { patient: true, settings: settingsOf(options) });
}

const FOLLOW_NOTES: Readonly<Record<FollowNote, string>> = {
  rotated: 'has begun anew, the old one is sent to its end',
  'cut-off': 'was cut off, it is read from its beginning',
  lost: 'is another one than before, and the old one is gone: what was not sent of it is lost',
  missing: 'is not there yet',
};

function followOptions(
  file: string,
  options: Options,
  map: LineMap | null,
  note: (line: string) => void,
): Pick<FollowOptions, 'file' | 'placeFile' | 'map' | 'note'> {
  return {
    file,
    placeFile: placeFileOf(file, options.place),
    map,
    note: (what) => note(`watchfire: ${file} ${FOLLOW_NOTES[what]}`),
  };
}

function settingsOf(options: Options): Partial<Settings> {
  return {
    ...wholeSetting('maxBacklog', options),
    ...numberSetting('maxMemoryRatio', options),
    ...durabilitySettings(options),
  };
}

type Summary = Tally & { seconds: number; perSecond: number };

function tell(summary: Summary, stopped: Stopped | null, options: Options, io: Io): void {
  const { lines, unit, sent, rejected, seconds, perSecond } = summary;
  if (rejected > SHOWN_REJECTIONS)
    io.err(`watchfire: … and ${rejected - SHOWN_REJECTIONS} more ${unit}s were rejected`);
  const { unsure = null, refused = null } = stopped ?? {};
  if (unsure)
    io.err(`watchfire: ${unit}s ${unsure[0]} to ${unsure[1]} may or may not have been sent, those after them were not`);
  if (refused) {
    const some = unsure ? 'most of ' : '';
    io.err(`watchfire: ${some}${unit}s ${refused[0]} to ${refused[1]} were not sent, nor those after them`);
  }
  if (io.signal.aborted) io.err(`watchfire: stopped after ${unit} ${lines}`);
  if (asJson(options)) printJson(io, { lines, sent, rejected, seconds });
  else
    io.out(
      `sent ${sent} ${sent === 1 ? 'event' : 'events'} in ${seconds.toFixed(1)} s (${perSecond} events/s), ${rejected} rejected`,
    );
}
