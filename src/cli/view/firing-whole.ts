import type { Watchfire } from '../../engine.ts';
import type { Recorded } from '../../inspect/firings.ts';
import type { Automation } from '../../model/automation.ts';
import type { Delivery } from '../../model/delivery.ts';
import { resourceId } from '../../model/event.ts';
import type { ChildFiring, Firing } from '../../model/firing.ts';
import { markOf } from '../../model/gate-mark.ts';
import { storyOf } from '../../model/story.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import type { Trigger } from '../../model/trigger.ts';
import { jobsOf, type QueueJob } from '../../relay/jobs.ts';
import type { Io } from '../verb.ts';
import { deliveryInWords, deliveryJson } from './delivery.ts';
import { firingJson, labelsInWords } from './firing.ts';
import { markInWords, markJson } from './outcome.ts';
import { asJson, plain, printJson } from './output.ts';
import { countInWords, lateInWords, windowOfStory } from './story.ts';
import { boundOf, facts } from './table.ts';
import { durationInWords, stepOf, triggerInWords } from './words.ts';

type Options = Readonly<Record<string, unknown>>;

/** Prints all that is known of a firing: why, when, its event whole, and the jobs that follow from it. */
export async function describeFiring(
  watchfire: Watchfire,
  recorded: Recorded,
  options: Options,
  io: Io,
): Promise<void> {
  const { firing } = recorded;
  // As it was when it fired; null when that is not kept any more.
  const automation = await watchfire.automationOf(recorded);
  const all = automation && jobsOf(firing, automation, await watchfire.announced(automation, firing.decided));
  const outcome = await watchfire.outcome(recorded);
  // Those of its own: what joined a group goes out by another job.
  const jobs = all === null ? null : all.filter(({ data }) => markOf(outcome, data.action_index) === null);
  const deliveries = await watchfire.deliveriesOf(jobs?.map(({ opts }) => opts.jobId) ?? []);
  if (asJson(options)) {
    const trigger = automation && triggerInWords(automation.trigger);
    const named =
      jobs?.map(({ queue, name, opts }, i) => ({
        queue,
        name,
        id: opts.jobId,
        delay_seconds: (opts.delay ?? 0) / 1_000,
        delivery: deliveries[i] ? deliveryJson(deliveries[i]) : null,
      })) ?? null;
    printJson(io, {
      ...firingJson(recorded),
      trigger,
      window: automation && windowOf(firing, automation),
      outcome: outcome.map(markJson),
      jobs: named,
    });
    return;
  }
  const kept = outcome.map((mark, i): [string, string] => [i === 0 ? 'kept back' : '', markInWords(mark)]);
  const rows = [...factsOf(recorded, automation, jobs, deliveries), ...kept];
  for (const line of facts(rows, boundOf(io, options))) io.out(line);
  if (firing.event === null) return;
  const { stringify } = await import('yaml');
  io.out('the event:');
  const document = stringify(firing.event, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
  for (const line of document.split('\n')) io.out(`  ${plain(line)}`);
}

function factsOf(
  { entry, firing }: Recorded,
  automation: Automation | null,
  jobs: readonly QueueJob[] | null,
  deliveries: readonly (Delivery | null)[],
): [string, string][] {
  const { id, name, revision, state, triggered, decided, labels, event, children } = firing;
  const story = storyOf(firing);
  const counted = story ? countInWords(story) : null;
  return [
    ['id', id],
    ['automation', `${name} (${firing.automation}), revision ${revision}`],
    ['trigger', automation ? triggerInWords(automation.trigger) : 'that revision is not kept any more'],
    ['state', firing.shadow ? `${state}, in shadow: no jobs` : state],
    ['for', labelsInWords(labels)],
    ['triggered', formatTimestamp(triggered)],
    ['decided', `${formatTimestamp(decided)}${lateInWords(firing)}, entry ${entry} of the ledger`],
    ...(firing.worker === undefined ? [] : ([['worker', firing.worker]] as [string, string][])),
    ['window', (story && windowOfStory(story)) ?? (automation && windowInWords(firing, automation)) ?? '-'],
    ...((counted === null ? [] : [['counted', counted]]) as [string, string][]),
    ['by', event ? `${event.event} ${resourceId(event.resource) ?? ''}, event ${event.id}` : 'nothing was ever seen'],
    ...(firing.reminder === undefined ? [] : ([['reminder', `number ${firing.reminder}`]] as [string, string][])),
    ...listed('events', collectedInWords(firing)),
    ...listed('made of', children.map(childInWords)),
    ...listed('jobs', jobs?.flatMap((job, i) => [jobInWords(job), ...howItWent(deliveries[i] ?? null)]) ?? []),
  ];
}

function jobInWords({ queue, name, opts }: QueueJob): string {
  const later = opts.delay ? `, delayed by ${durationInWords(opts.delay)}` : '';
  return `${name} in queue ${queue}, job ${opts.jobId}${later}`;
}

function howItWent(delivery: Delivery | null): string[] {
  return delivery === null ? [] : [`  ${deliveryInWords(delivery)}`];
}

/** With `collect`: how many events its window had, and the last of them. */
function collectedInWords({ collected = [], counted }: Firing): string[] {
  if (counted === undefined) return [];
  const last = collected.map(({ event, id, occurred }) => `${occurred} ${event}, event ${id}`);
  return [`${counted} counted${last.length > 0 ? `, the last ${last.length}:` : ''}`, ...last];
}

function childInWords({ path, triggered, labels, event }: ChildFiring): string {
  const what = event ? `${event.event} ${resourceId(event.resource) ?? ''}` : 'nothing was ever seen';
  return `step ${stepOf(path)}: ${formatTimestamp(triggered)} ${labelsInWords(labels)}: ${what}`;
}

/** The first of a list stands beside its name, the others below it. */
function listed(name: string, values: readonly string[]): [string, string][] {
  return values.map((value, i) => [i === 0 ? name : '', value]);
}

/** The window that was decided. A firing of an earlier version does not say where it lay; of an absence that follows from the rules. */
function windowOf(firing: Firing, { trigger }: Automation): { start: string; end: string } | null {
  const { state, triggered } = firing;
  const { start, end } = storyOf(firing) ?? {};
  if (start !== undefined && end !== undefined) return { start, end };
  const absence = trigger.type === 'event' && trigger.posture === 'Proactive' && state === 'Triggered';
  if (!absence || !trigger.withinMs) return null;
  return { start: formatTimestamp(triggered - trigger.withinMs), end: formatTimestamp(triggered) };
}

function windowInWords(firing: Firing, automation: Automation): string | null {
  const window = windowOf(firing, automation);
  if (window) return `from ${window.start} until ${window.end}`;
  const { withinMs }: Trigger = automation.trigger;
  return withinMs ? `${durationInWords(withinMs)} long` : null;
}
