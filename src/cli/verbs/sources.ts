import type { Command } from 'commander';
import type { Watchfire } from '../../engine.ts';
import type { KnownSource, TriedStream } from '../../index.ts';
import { isSent, SILENT_MS } from '../../model/known-source.ts';
import { publicUrl } from '../../session.ts';
import { reasonOption } from '../by-whom.ts';
import { confirmed, yesOption } from '../confirm.ts';
import { lastingWatchfire, targetOf, withWatchfire } from '../connect.ts';
import { httpInOptions, startHttpIn } from '../http-in.ts';
import { levelOption, loggerOn } from '../logging.ts';
import { durabilityOptions, durabilitySettings, wholeOption } from '../settings.ts';
import { abortionOf } from '../signals.ts';
import { sentSources, sourcesFile, sourcesOption } from '../sources.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { sourceJson } from '../view/source.ts';
import { boundOf, type Column, facts, printTable, wideOption } from '../view/table.ts';
import { away, count, moment, span } from '../view/when.ts';

type Options = Readonly<Record<string, unknown>>;

const ACTS = ['ls', 'show', 'check', 'run', 'pause', 'resume', 'seek', 'forget'] as const;

/** Entries of each stream that `check` looks at, at most. */
const CHECKED_MAX = 1_000;

export const verb: Verb = {
  acts: ACTS,

  configure(command: Command) {
    command
      .usage('[ls] | show|pause|resume|forget <name> | seek <name> <place> | check | run [options]')
      .argument(
        '[act]',
        'ls: those that the log knows; show: one; check: what the file would make of the newest entries; run: bring them in until SIGTERM; ' +
          'pause, resume; seek: go on elsewhere; forget: end one that nobody reads any more',
      )
      .argument('[operand...]', 'the name of a source; of seek also start, or the id of an entry')
      .option('--limit <entries>', 'check: how many entries of each stream', '10');
    levelOption(
      httpInOptions(durabilityOptions(sourcesOption(reasonOption(wideOption(outputOption(yesOption(command))))))),
    ).addHelpText(
      'after',
      '\nA sources file says which streams and queues become events, and how: docs/sources.md.\n\n' +
        'Example:\n  watchfire sources check --sources sources.yaml',
    );
  },

  async run([word = 'ls', ...operands], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`sources: must be one of ${ACTS.join(', ')} (found "${word}")`);
    const wanted = { ls: 0, check: 0, run: 0, show: 1, pause: 1, resume: 1, forget: 1, seek: 2 }[act];
    if (operands.length !== wanted) throw new Misuse(`sources ${act}: ${NEEDS[wanted]}`);
    if (act === 'run') return await run(options, io);
    const [name = '', place = ''] = operands;
    return await withWatchfire(options, io, async (watchfire) => {
      if (act === 'ls') return await list(watchfire, options, io);
      if (act === 'show') return await show(watchfire, name, options, io);
      if (act === 'check') return await check(watchfire, options, io);
      return await change(watchfire, act, [name, place], { options, io });
    });
  },
};

const NEEDS: Readonly<Record<number, string>> = {
  0: 'takes no names',
  1: 'needs the name of one source',
  2: 'needs the name of a source and a place: start, or the id of an entry',
};

async function run(options: Options, io: Io): Promise<number> {
  const file = neededFile(options, io, 'run');
  const target = targetOf(options, io, durabilitySettings(options));
  const logger = await loggerOn(io, options);
  const watchfire = await lastingWatchfire(target, options, logger, io);
  try {
    const told = abortionOf(io.signal);
    const sources = await Promise.race([watchfire.startSources({ file }), told]);
    const { namespace } = target.settings;
    if (sources) logger.info({ sources: sources.names, redis: publicUrl(target.url), namespace }, 'sources started');
    if (!io.signal.aborted) await startHttpIn(watchfire, options, io, logger);
    await told;
    logger.info('sources stopping');
  } finally {
    await watchfire.close();
  }
  logger.info('sources stopped');
  return DONE;
}

async function change(
  watchfire: Watchfire,
  act: 'pause' | 'resume' | 'seek' | 'forget',
  [name, place]: readonly [string, string],
  { options, io }: Readonly<{ options: Options; io: Io }>,
): Promise<number> {
  if (act === 'pause') await watchfire.pauseSource(name);
  if (act === 'resume') await watchfire.resumeSource(name);
  if (act === 'seek') {
    if (!(await confirmed(`have ${name} go on behind ${place}?`, options, io))) return FAILED;
    await watchfire.seekSource(name, place);
  }
  if (act === 'forget') {
    if (!(await confirmed(`forget where ${name} is?`, options, io))) return FAILED;
    await watchfire.forgetSource(name);
  }
  const done = { pause: 'paused', resume: 'resumed', seek: `goes on behind ${place}`, forget: 'forgotten' }[act];
  io.out(plain(`${name} ${done}`));
  return DONE;
}

async function list(watchfire: Watchfire, options: Options, io: Io): Promise<number> {
  const [sources, now] = [await watchfire.sources(), await watchfire.serverTimeMs()];
  if (asJson(options)) printJson(io, sources.map(sourceJson));
  else if (sources.length === 0) io.err('no sources');
  else
    printTable(
      io,
      options,
      COLUMNS,
      sources.map((one) => row(one, now)),
    );
  return DONE;
}

async function show(watchfire: Watchfire, name: string, options: Options, io: Io): Promise<number> {
  const source = (await watchfire.sources()).find((one) => one.name === name);
  if (!source) {
    io.err(plain(`watchfire: there is no source ${name}`));
    return FAILED;
  }
  if (asJson(options)) {
    printJson(io, sourceJson(source));
    return DONE;
  }
  const now = await watchfire.serverTimeMs();
  const { spec, pausedMs, place, events, letters } = source;
  const rows: [string, string][] = [
    ['source', name],
    ['state', stateOf(source, now)],
    ['place', place ?? '-'],
    ['behind', behindOf(source)],
    ['events', count(events)],
    ['dead letters', count(letters)],
    ['lost', lostOf(source)],
    ...(pausedMs === null ? [] : [['paused', moment(pausedMs)] as [string, string]]),
    ['document', spec === null ? '-' : JSON.stringify(spec)],
  ];
  for (const line of facts(rows, boundOf(io, options))) io.out(line);
  return DONE;
}

const COLUMNS: readonly Column[] = [
  { title: 'NAME', whole: true },
  { title: 'TYPE', whole: true, leaves: 2 },
  { title: 'STATE', whole: true },
  { title: 'PLACE', leaves: 1 },
  { title: 'BEHIND', whole: true },
  { title: 'EVENTS', whole: true },
  { title: 'DEAD LETTERS', whole: true },
  { title: 'LOST', whole: true },
];

function row(source: KnownSource, now: number): string[] {
  const { name, spec, place, events, letters } = source;
  return [
    name,
    String(spec?.type ?? '-'),
    stateOf(source, now),
    place ?? '-',
    behindOf(source),
    count(events),
    count(letters),
    lostOf(source),
  ];
}

/** Of one that is sent events nothing can be removed before it is read. */
function lostOf(source: KnownSource): string {
  return isSent(source) ? '-' : count(source.lost);
}

function behindOf({ note }: KnownSource): string {
  if (note === null || note.behind === null) return '-';
  return note.waitsMs === 0 ? count(note.behind) : `${count(note.behind)} for ${span(note.waitsMs)}`;
}

function stateOf({ pausedMs, note, spec, place }: KnownSource, now: number): string {
  if (pausedMs !== null) return `paused for ${span(now - pausedMs)}`;
  if (spec?.type === 'program' || place === null) return 'open';
  if (note === null) return 'begins';
  if (now - note.atMs > SILENT_MS) return `read ${away(note.atMs, now)}`;
  return note.error === null ? 'read' : `fails: ${note.error}`;
}

async function check(watchfire: Watchfire, options: Options, io: Io): Promise<number> {
  const limit = wholeOption(options, 'limit', 1, CHECKED_MAX);
  const file = neededFile(options, io, 'check');
  const tried = await watchfire.trySources(file, limit);
  if (asJson(options)) {
    const parsed = tried.map(({ entries, ...rest }) => ({
      ...rest,
      entries: entries.map(({ events, ...one }) => ({ ...one, events: events.map((text) => JSON.parse(text)) })),
    }));
    printJson(io, parsed);
  } else for (const one of tried) for (const line of linesOf(one)) io.out(plain(line));
  const sent = await sentSources(file, io);
  if (sent.length > 0) io.err(plain(`not checked, since they are sent events by HTTP: ${sent.join(', ')}`));
  await io.drained();
  const fine = tried.every(({ problem, entries }) => problem === null && entries.every(({ wrong }) => wrong === null));
  return fine ? DONE : FAILED;
}

function linesOf({ name, stream, entries, problem }: TriedStream): string[] {
  if (problem !== null) return [`${name}  ${stream}  cannot be read: ${problem}`];
  const head = `${name}  ${stream}  ${entries.length === 0 ? 'has no entries' : `the last ${count(entries.length)}`}`;
  const lines = entries.flatMap(({ id, events, wrong }) => {
    if (wrong !== null) return [`  ${id}  DEAD LETTER  ${wrong}`];
    return events.length === 0 ? [`  ${id}  passed over`] : events.map((event) => `  ${id}  ${event}`);
  });
  return [head, ...lines];
}

function neededFile(options: Options, io: Io, act: string): string {
  const file = sourcesFile(options, io);
  if (file === null) throw new Misuse(`sources ${act}: needs the sources file, by --sources or WATCHFIRE_SOURCES`);
  return file;
}
