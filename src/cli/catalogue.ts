import type { Listed, Noun } from './verb.ts';

const automations: Record<string, Listed> = {
  apply: { summary: 'create or update automations from files', load: () => import('./verbs/apply.ts') },
  list: { summary: 'show all automations', load: () => import('./verbs/list.ts') },
  get: { summary: 'show one automation as it was put, and how it is', load: () => import('./verbs/get.ts') },
  enable: { summary: 'let automations fire again', load: () => import('./verbs/enable.ts') },
  disable: { summary: 'keep automations from firing', load: () => import('./verbs/disable.ts') },
  shadow: {
    summary: 'let automations decide as ever, without jobs',
    load: () => import('./verbs/shadow.ts'),
  },
  promote: { summary: 'let automations in shadow make jobs again', load: () => import('./verbs/promote.ts') },
  delete: { summary: 'remove automations with all of their state', load: () => import('./verbs/delete.ts') },
};

const events: Record<string, Listed> = {
  send: { summary: 'publish one event, or a file of events', load: () => import('./verbs/send.ts') },
  tail: { summary: 'show events, firings and jobs as they happen', load: () => import('./verbs/tail.ts') },
  parked: { summary: 'show events that wait for the one they follow', load: () => import('./verbs/parked.ts') },
};

const outcomes: Record<string, Listed> = {
  firings: { summary: 'show what fired, or one firing whole', load: () => import('./verbs/firings.ts') },
  why: { summary: 'say why something fired, back to its events', load: () => import('./verbs/why.ts') },
  explain: {
    summary: 'say what an event was to automations, or why nothing fired',
    load: () => import('./verbs/explain.ts'),
  },
  history: { summary: 'show what happened, minute by minute', load: () => import('./verbs/history.ts') },
  windows: {
    summary: 'show open windows with their deadlines',
    formerly: 'buckets',
    load: () => import('./verbs/windows.ts'),
  },
  silence: { summary: 'keep actions back for a while', load: () => import('./verbs/silence.ts') },
  alerts: {
    summary: 'show what is open; resolve, acknowledge or snooze it',
    load: () => import('./verbs/alerts.ts'),
  },
  deliveries: {
    summary: 'show what became of actions; retry or drop those that failed',
    load: () => import('./verbs/deliveries.ts'),
  },
  budget: { summary: 'show or open budgets that are used up', load: () => import('./verbs/budget.ts') },
  dlq: { summary: 'show, redrive or purge what was given up', load: () => import('./verbs/dlq.ts') },
  quotas: {
    summary: 'show or set how many windows may be open',
    formerly: 'limits',
    load: () => import('./verbs/quotas.ts'),
  },
};

const engine: Record<string, Listed> = {
  start: {
    summary: 'run everything here: private Redis, worker, live output',
    load: () => import('./verbs/start.ts'),
  },
  worker: { summary: 'run one worker until SIGTERM', load: () => import('./verbs/worker.ts') },
  actions: {
    summary: 'carry out actions until SIGTERM: webhooks, messages …',
    load: () => import('./verbs/actions.ts'),
  },
  sources: {
    summary: 'bring in events of streams and queues; show, check, pause, seek',
    load: () => import('./verbs/sources.ts'),
  },
  targets: {
    summary: 'show the targets of messages, or send a test to one',
    load: () => import('./verbs/targets.ts'),
  },
  status: { summary: 'tell whether the engine works, and how far it is', load: () => import('./verbs/status.ts') },
  doctor: {
    summary: 'find what is wrong, and say what to do about it',
    load: () => import('./verbs/doctor.ts'),
  },
  console: { summary: 'serve a page to look at the engine', load: () => import('./verbs/console.ts') },
  audit: { summary: 'show what was changed, by whom and why', load: () => import('./verbs/audit.ts') },
  erase: { summary: 'remove what carries a label with a value', load: () => import('./verbs/erase.ts') },
  init: { summary: 'divide an empty namespace into partitions', load: () => import('./verbs/init.ts') },
  repartition: {
    summary: 'lead a namespace to other partitions, or back to one',
    load: () => import('./verbs/repartition.ts'),
  },
  settings: { summary: 'show or set what all workers follow', load: () => import('./verbs/settings.ts') },
  config: { summary: 'print the settings that hold here, and who says so', load: () => import('./verbs/config.ts') },
  migrate: {
    summary: 'lead the state of an earlier version over',
    load: () => import('./verbs/migrate.ts'),
  },
};

const tools: Record<string, Listed> = {
  check: { summary: 'tell what is wrong with files of automations', load: () => import('./verbs/check.ts') },
  backtest: {
    summary: 'replay the log, as it was or with other automations',
    load: () => import('./verbs/backtest.ts'),
  },
  simulate: { summary: 'run scenarios in virtual time', load: () => import('./verbs/simulate.ts') },
  render: {
    summary: 'fill in the templates of an automation, and send nothing',
    load: () => import('./verbs/render.ts'),
  },
  test: { summary: 'run tests of automations from files', load: () => import('./verbs/test.ts') },
  convert: { summary: 'make automations of rules of other systems', load: () => import('./verbs/convert.ts') },
  acl: { summary: 'print Redis users with the least rights', load: () => import('./verbs/acl.ts') },
  partition: {
    summary: 'print the partition of a value of the label that divides',
    load: () => import('./verbs/partition.ts'),
  },
  schema: { summary: 'print JSON Schemas of the documents', load: () => import('./verbs/schema.ts') },
  completion: {
    summary: 'print what completes verbs and options in a shell',
    load: async () => {
      const { completionVerb } = await import('./verbs/completion.ts');
      return { verb: completionVerb({ verbs: VERBS, nouns: NOUNS }) };
    },
  },
};

/**
 * All verbs in the order of `--help`, below headings. A verb's file is loaded when it is called, so that none pays for what others
 * need.
 */
export const SECTIONS: readonly Readonly<{ heading: string; verbs: Readonly<Record<string, Listed>> }>[] = [
  { heading: 'The engine:', verbs: engine },
  { heading: 'Automations, also as "automations ls", "automations get" …:', verbs: automations },
  { heading: 'Events, also as "events send", "events tail" …:', verbs: events },
  { heading: 'What came of them:', verbs: outcomes },
  { heading: 'Tools:', verbs: tools },
];

/** Every verb by its name. */
export const VERBS: Readonly<Record<string, Listed>> = Object.assign({}, ...SECTIONS.map(({ verbs }) => verbs));

/** Verbs once more by what they are about, as `watchfire automations ls`. Other nouns are verbs that take `ls` themselves. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  automations: { summary: 'what deserves a reaction', acts: withLs(automations) },
  events: { summary: 'what happened', acts: events },
};

function withLs({ list, ...others }: Readonly<Record<string, Listed>>): Record<string, Listed> {
  return { ...(list ? { ls: list } : {}), ...others };
}
