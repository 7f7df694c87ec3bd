import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_MEMORY_RATIO } from '../../config.ts';
import type { Watchfire } from '../../engine.ts';
import { WatchfireError, WrongFormat } from '../../errors.ts';
import type { Closing } from '../../index.ts';
import type { QuotaUse } from '../../inspect/quota.ts';
import type { Status } from '../../inspect/status.ts';
import { troublesOf } from '../../model/known-source.ts';
import { compareText } from '../../model/text.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { judgeQueues, type QueueState } from '../../relay/queue-states.ts';
import type { Depth } from '../../relay/queues.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, FAILED, type Verb } from '../verb.ts';
import { feedWarnings, partitionsInWords, partitionsJson } from '../view/feeds.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { sourceJson } from '../view/source.ts';
import { boundOf, facts, wideOption, wrapped } from '../view/table.ts';
import { away, count, span } from '../view/when.ts';

/** An entry that waits longer than this may be stuck, or one of many: then the position is looked at again. */
const SUSPICIOUS_MS = 10_000;

/** Between two looks at the position: more than the second after which another worker takes over. */
const SECOND_LOOK_MS = 2_500;

/** Queues that are shown, those with something wrong first. */
const QUEUES_SHOWN = 100;

/** Automations with conditions that fail that are shown, those with most first. */
const FAILING_SHOWN = 10;

/** Closed budgets that are shown, those that open first. */
const BUDGETS_SHOWN = 10;

/** Damaged keys that are shown, the latest first. */
const DAMAGE_SHOWN = 10;

const MEBIBYTE = 1_048_576;

/** What is known, with what is wrong with it: sentences, none when all is well. */
type Report = { status: Status; queues: readonly QueueState[]; problems: string[]; warnings: string[] };

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command))
      .option('--engine-only', 'judge the engine alone, not what becomes of the jobs in their queues', false)
      .addHelpText(
        'after',
        '\nExit status 0: all works. 1: no worker lives, the log stands still, Redis does not answer, nobody takes jobs, jobs have\n' +
          'failed for good, entries or keys are lost (told for a day, or until "watchfire doctor --acknowledge"), or ids in the log are no\n' +
          'times.\n\nExample:\n  watchfire status',
      );
  },

  async run(_, options, io) {
    const read = (watchfire: Watchfire): Promise<Report> => reportOn(watchfire, options.engineOnly === true);
    const report = await withWatchfire(options, io, read).catch((error: unknown) => {
      if (error instanceof WatchfireError) return error;
      throw error;
    });
    if (report instanceof WatchfireError) {
      // A person reads why on stderr, as with every verb; a program gets it where it looks.
      if (!asJson(options) && !(report instanceof WrongFormat)) throw report;
      if (asJson(options)) printJson(io, unknownJson(report));
      else io.out(plain(`NOT HEALTHY: ${report.message}`));
      return FAILED;
    }
    if (asJson(options)) printJson(io, reportJson(report));
    else for (const line of linesOf(report, boundOf(io, options))) io.out(line);
    return report.problems.length === 0 ? DONE : FAILED;
  },
};

/** Where nothing can be known, as when Redis is away. */
function unknownJson({ code, message }: WatchfireError): Record<string, unknown> {
  return { healthy: false, problems: [message], error: { code, message } };
}

async function reportOn(watchfire: Watchfire, engineOnly: boolean): Promise<Report> {
  const quotas = await watchfire.quotas();
  const found = await watchfire.status();
  // Counted as `doctor` and `quotas` do: with those of disabled automations, which are looked at no more.
  const status = { ...found, due: { ...found.due, windows: quotas.windows } };
  const states = await watchfire.queueStates();
  const jobs = judgeQueues(states);
  const problems = [...(await problemsOf(watchfire, status)), ...(engineOnly ? [] : jobs.problems)];
  const warnings = [
    ...warningsOf(status),
    ...feedWarnings(status),
    ...quotaWarnings(quotas),
    ...budgetWarnings(await watchfire.closedBudgets(), status.now),
    ...jobs.warnings,
    ...(engineOnly ? jobs.problems : []),
  ];
  return { status, queues: shownOf(states.queues), problems, warnings };
}

/** What the automations of now name, and of the rest what holds jobs. */
function shownOf(queues: readonly QueueState[]): QueueState[] {
  const shown = queues.filter(({ named, depth }) => named || Object.values(depth).some((jobs) => jobs > 0));
  const wrong = ({ attended, depth }: QueueState): boolean => depth.failed > 0 || (depth.waiting > 0 && !attended);
  const first = [...shown.filter(wrong), ...shown.filter((queue) => !wrong(queue))].slice(0, QUEUES_SHOWN);
  return first.sort((a, b) => compareText(a.name, b.name));
}

async function problemsOf(watchfire: Watchfire, status: Status): Promise<string[]> {
  const problems = [...damageOf(status, true), ...idProblems(status)];
  if (status.memory.ratio >= 1) problems.push('Redis is out of memory: nothing is taken, applied or relayed');
  if (status.workers.length === 0) problems.push('no worker is alive: start one by "watchfire worker"');
  else if (status.waitingMs > SUSPICIOUS_MS) {
    await pause(SECOND_LOOK_MS);
    const { position, waitingMs } = await watchfire.status();
    if (position === status.position && waitingMs > 0) {
      problems.push(`the log stands still at ${position}, the next entry waits for ${span(waitingMs)}`);
    }
  }
  return problems;
}

function damageOf({ damage, now }: Status, lost: boolean): string[] {
  return damage
    .filter((one) => one.lost === lost)
    .slice(0, DAMAGE_SHOWN)
    .map(({ key, sentence, atMs }) => `${key}: ${sentence} (${away(atMs, now)})`);
}

function idProblems({ unusable, clockBehindMs }: Status): string[] {
  const problems: string[] = [];
  if (unusable !== null) {
    problems.push(
      `the id ${unusable} in the log is no time of arrival, nothing behind it is applied before it is replaced`,
    );
  }
  if (clockBehindMs > 0) {
    problems.push(`Redis has a clock that was set back: it lies ${span(clockBehindMs)} behind what was applied`);
  }
  return problems;
}

function warningsOf(status: Status): string[] {
  const { memory, keptBy, now, sources } = status;
  const warnings = [...damageOf(status, false), ...troublesOf(sources, now, span).map(({ found }) => found)];
  if (keptBy !== null) {
    const age = span(now - Number.parseInt(keptBy.from, 10));
    warnings.push(`the log cannot be trimmed: the consumer group ${keptBy.group} needs entries of ${age} ago`);
  }
  if (memory.ratio >= DEFAULT_MEMORY_RATIO) {
    const used = Math.floor(memory.ratio * 100);
    warnings.push(`Redis has used ${used} % of its memory: producers with the usual bound are refused`);
  }
  if (memory.policy !== '' && memory.policy !== 'noeviction') {
    warnings.push(
      `Redis may throw state away when memory is short: maxmemory-policy is ${memory.policy}, not noeviction`,
    );
  }
  return warnings;
}

function quotaWarnings({ limits, full }: QuotaUse): string[] {
  const names = full.map((id) =>
    id === null ? `all automations (${count(limits.windows)})` : `${id} (${count(limits.windowsPerAutomation)})`,
  );
  if (names.length === 0) return [];
  return [
    `the quota of open windows is used up, further keys are not watched: ${names.join(', ')}; see "watchfire quotas"`,
  ];
}

function budgetWarnings(closed: readonly Closing[], now: number): string[] {
  return closed.slice(0, BUDGETS_SHOWN).map(({ automation, count: held, till }) => {
    const what = `${count(held)} ${held === 1 ? 'firing is' : 'firings are'} held back`;
    return `the budget of ${automation} is used up, ${what}: it opens ${away(till, now)}; see "watchfire budget"`;
  });
}

function linesOf({ status, queues, problems, warnings }: Report, bound: number | null): string[] {
  const { workers, due, memory, counters } = status;
  const verdict = problems.length === 0 ? 'healthy' : `NOT HEALTHY: ${problems.join('; ')}`;
  const behind = status.behind === null ? 'some entries' : count(status.behind);
  const waits = status.waitingMs > 0 ? `, the oldest for ${span(status.waitingMs)}` : '';
  const limit = memory.limit === 0 ? '' : ` of ${mebibytes(memory.limit)}`;
  const counted = Object.entries(counters).map(([word, number]) => `${word} ${count(number)}`);
  const rows: [string, string][] = [
    ['position', `${status.position}, ${behind} behind${waits}`],
    ['log', `${count(status.entries)} entries kept, events run ${span(status.lagMs)} late`],
    ['automations', `${count(status.automations)}, generation ${status.generation}`],
    ...partitionsInWords(status),
    ...named(
      'workers',
      workers.map(({ id, generation, seenMsAgo }) => `${id}, generation ${generation}, seen ${away(-seenMsAgo, 0)}`),
    ),
    [
      'windows',
      `${count(due.windows)}, ${due.next === null ? 'no deadline' : `next look ${away(due.next, status.now)}`}`,
    ],
    [
      'firings',
      `${count(status.firings)} recorded, ${status.unrelayed === null ? 'some' : count(status.unrelayed)} without their jobs yet`,
    ],
    ['parked', parkedInWords(status.parked)],
    ['dead letters', count(status.dead)],
    ...sourcesInWords(status),
    ...named(
      'queues',
      queues.map(({ name, depth }) => `${name}: ${depthInWords(depth)}${pauseInWords(status, name)}`),
    ),
    ['decided', counted.length === 0 ? 'nothing yet' : counted.sort().join(', ')],
    ...failuresInWords(status.whereErrors),
    ['memory', `${mebibytes(memory.used)}${limit}, ${memory.policy}`],
  ];
  const sentences = [verdict, ...warnings.map((warning) => `warning: ${warning}`)];
  return [...sentences.flatMap((sentence) => wrapped(plain(sentence), bound)), ...facts(rows, bound)];
}

/** Conditions that could not be answered, those of the automations with most; no line where all could. */
function failuresInWords(whereErrors: Status['whereErrors']): [string, string][] {
  const sorted = Object.entries(whereErrors).sort(([, a], [, b]) => b - a);
  if (sorted.length === 0) return [];
  const more = sorted.length > FAILING_SHOWN ? [`${count(sorted.length - FAILING_SHOWN)} more automations`] : [];
  const most = sorted.slice(0, FAILING_SHOWN).map(([id, events]) => `${id} ${count(events)}`);
  return [['where-error', [...most, ...more].join(', ')]];
}

/** How far the sources are; no line where there are none. */
function sourcesInWords({ sources }: Status): [string, string][] {
  if (sources.length === 0) return [];
  return named(
    'sources',
    sources.map(({ name, events, note }) => {
      const behind = note === null || note.behind === null ? '' : `, ${count(note.behind)} behind`;
      return `${name}: ${count(events)} events${behind}`;
    }),
  );
}

function parkedInWords(parked: number): string {
  if (parked === 0) return 'no event waits for another';
  if (parked === 1) return '1 event waits for the one it follows, see "watchfire parked"';
  return `${count(parked)} events wait for the ones they follow, see "watchfire parked"`;
}

/** The first of a list stands beside its name, the others below it. */
function named(name: string, values: readonly string[]): [string, string][] {
  if (values.length === 0) return [[name, 'none']];
  return values.map((value, i) => [i === 0 ? name : '', value]);
}

function depthInWords(depth: Depth): string {
  const some = Object.entries(depth).filter(([, number]) => number > 0);
  return some.length === 0 ? 'empty' : some.map(([state, number]) => `${state} ${count(number)}`).join(', ');
}

/** Why a queue gets no jobs, and from how many of the workers; empty when all give it some. */
function pauseInWords({ workers }: Status, name: string): string {
  const reasons = workers.flatMap(({ paused }) => paused.filter(({ queue }) => queue === name)).map(({ why }) => why);
  const [why] = reasons;
  if (why === undefined) return '';
  const some = reasons.length < workers.length ? ` with ${reasons.length} of ${workers.length} workers` : '';
  return ` (${why}, its firings wait${some})`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

function reportJson({ status, queues, problems, warnings }: Report): Record<string, unknown> {
  const { waitingMs, lagMs, due, workers, now, keptBy, clockBehindMs, whereErrors, damage, sources, ...rest } = status;
  return {
    healthy: problems.length === 0,
    problems,
    warnings,
    now: formatTimestamp(now),
    ...rest,
    ...partitionsJson(status),
    damage: damage.map(({ atMs, ...one }) => ({ ...one, at: formatTimestamp(atMs) })),
    kept_by: keptBy,
    where_errors: whereErrors,
    waiting_seconds: waitingMs / 1_000,
    lag_seconds: lagMs / 1_000,
    clock_behind_seconds: clockBehindMs / 1_000,
    sources: sources.map(sourceJson),
    due: { windows: due.windows, next: due.next === null ? null : formatTimestamp(due.next) },
    workers: workers.map(({ seenMsAgo, ...worker }) => ({ ...worker, seen_seconds_ago: seenMsAgo / 1_000 })),
    queues: Object.fromEntries(queues.map(({ name, depth }) => [name, depth])),
  };
}
