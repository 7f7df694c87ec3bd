import type { Redis } from 'ioredis';
import type { Recorded } from '../inspect/firings.ts';
import type { Views } from '../inspect/views.ts';
import { DEFAULT_QUEUE, DELIVERIES } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import type { Delivery } from '../model/delivery.ts';
import type { ChildFiring, Firing } from '../model/firing.ts';
import { type GateMark, jobIdBehind } from '../model/gate-mark.ts';
import { msOf } from '../model/intake.ts';
import { deadlineOf, isCounting } from '../model/story.ts';
import type { Trigger } from '../model/trigger.ts';
import { findDefinition } from '../redis/definitions.ts';
import { deliveriesOf } from '../redis/delivery-records.ts';
import { erasedMarks } from '../redis/erased.ts';
import { queuesEverNamed } from '../redis/queues.ts';
import type { Store } from '../redis/store.ts';
import { type JobName, type JobState, jobStates } from '../relay/job-states.ts';
import { jobsOf } from '../relay/jobs.ts';
import { type Evidences, evidenceOf, type FoundEvent } from './evidence.ts';

/** A job of the firing: `state` is null when it is not in its queue; `delivery`: how it went, where it was carried out. */
export type WhyJob = JobName & Readonly<{ name: string | null; state: JobState | null; delivery: Delivery | null }>;

/** A firing or one of its children, as it came about. `missing`: so many of the events that were counted are not in the log any more; null: unknown. */
export type WhyStep = Readonly<{
  firing: Firing | ChildFiring;
  trigger: Trigger | null;
  event: FoundEvent | null;
  opener: FoundEvent | null;
  counted: readonly FoundEvent[];
  missing: number | null;
  children: readonly WhyStep[];
}>;

/** What happened when (ms), in order. `what` says of whom where there are several. */
export type WhyMoment = Readonly<{ at: number; what: string }>;

/** How an automation stands now, beside the revision that fired. */
export type StandingNow = 'unchanged' | 'changed' | 'disabled' | 'deleted';

/** Why something fired. `asked`: the job that was asked for. `alert`: of an alert's end or a reminder, the firing that set it. `looked`: see Evidences. */
export type Why = Readonly<{
  recorded: Recorded;
  automation: Automation | null;
  standing: StandingNow;
  asked: string | null;
  jobs: readonly WhyJob[];
  /** What was kept back of its actions, by whom and why */
  outcome: readonly GateMark[];
  step: WhyStep;
  alert: Recorded | null;
  timeline: readonly WhyMoment[];
  looked: number | null;
  /** Whether entries were erased since its window began: an event that is missing may be one of them. */
  erased: boolean;
}>;

/** What an engine offers for looking. */
export type Looking = Readonly<{ redis: Redis; store: Store; views: Views }>;

const JOB = /^[fgh]-[0-9a-f]+-\d+$/;

/** Actions of an automation whose document is not kept any more: jobs with these numbers are looked for in all queues. */
const ACTIONS_TRIED = 10;
const QUEUES_TRIED = 100;

/** How long counts without a window last (rules 1). */
const FORGET_MS = 30 * 24 * 3_600_000;

/** Firings that are searched for the one that set an alert. */
const ALERT_LIMIT = 1_000;

/** Walks back from a firing to the entries of the log. @param name by which it was asked for: its own, or that of one of its jobs */
export async function whyOf({ redis, store, views }: Looking, recorded: Recorded, name: string): Promise<Why> {
  const { firing } = recorded;
  const automation = await views.automationOf(recorded);
  const evidences = await evidenceOf(redis, store, firing, automation);
  const outcome = await views.outcome(recorded);
  const jobs = await jobsFor({ redis, store, views }, recorded, automation, outcome);
  const step = stepOf(firing, automation?.trigger ?? null, evidences);
  return {
    recorded,
    automation,
    standing: await standingOf({ redis, store }, firing, automation),
    asked: JOB.test(name) ? name : null,
    jobs,
    outcome,
    step,
    alert: await alertOf(views, recorded),
    timeline: timelineOf(firing, step, jobs, outcome),
    looked: evidences.looked,
    erased: await anyErased(redis, store, firing),
  };
}

async function anyErased(redis: Redis, store: Store, { story, triggered, decided }: Firing): Promise<boolean> {
  const fromMs = story?.start ?? triggered - FORGET_MS;
  const marks = await erasedMarks(redis, store);
  return marks.some(({ entries }) => entries.some(({ id }) => msOf(id) >= fromMs && msOf(id) <= decided));
}

/** The documents of revisions say what they mean; equal ones are the same automation. */
async function standingOf(
  { redis, store }: Pick<Looking, 'redis' | 'store'>,
  { automation: id }: Firing,
  automation: Automation | null,
): Promise<StandingNow> {
  const now = await findDefinition(redis, store, id);
  if (now === null) return 'deleted';
  if (!now.enabled) return 'disabled';
  return JSON.stringify(now.document) === JSON.stringify(automation?.document) ? 'unchanged' : 'changed';
}

async function jobsFor(
  looking: Looking,
  { firing }: Recorded,
  automation: Automation | null,
  outcome: readonly GateMark[],
): Promise<WhyJob[]> {
  const { redis, store, views } = looking;
  if (automation !== null) {
    const announced = await views.announced(automation, firing.decided);
    const named = jobsOf(firing, automation, announced).flatMap(({ queue, name, opts, data }) => {
      const id = jobIdBehind(outcome, data.action_index, opts.jobId);
      return id === null ? [] : [{ queue, name, id }];
    });
    return await withStates(looking, named);
  }
  const ids = Array.from({ length: ACTIONS_TRIED }, (_, i) => `f-${firing.id}-${i}`);
  const queues = new Set([DEFAULT_QUEUE, DELIVERIES, ...(await queuesEverNamed(redis, store, QUEUES_TRIED))]);
  const tried = [...queues].flatMap((queue) => ids.map((id) => ({ queue, id, name: null })));
  return (await withStates(looking, tried)).filter(({ state }) => state !== null);
}

async function withStates(
  { redis, store }: Looking,
  jobs: readonly (JobName & Readonly<{ name: string | null }>)[],
): Promise<WhyJob[]> {
  const [states, deliveries] = await Promise.all([
    jobStates(redis, store.prefixes.bull, jobs),
    deliveriesOf(
      redis,
      store,
      jobs.map(({ id }) => id),
    ),
  ]);
  return jobs.map((job, i) => ({
    ...job,
    state: states[i] ?? null,
    delivery: job.queue === DELIVERIES ? (deliveries[i] ?? null) : null,
  }));
}

function stepOf(firing: Firing | ChildFiring, trigger: Trigger | null, evidences: Evidences): WhyStep {
  const found = evidences.of.get(firing) ?? { event: null, opener: null, counted: [] };
  const { story } = firing;
  const events = story?.of === undefined && trigger !== null ? story?.count : undefined;
  return {
    firing,
    trigger,
    ...found,
    missing: events == null || firing.children.length > 0 ? null : Math.max(0, events - found.counted.length),
    children: firing.children.map((child) => stepOf(child, childOf(trigger, child), evidences)),
  };
}

function childOf(trigger: Trigger | null, { path }: ChildFiring): Trigger | null {
  if (trigger === null || trigger.type === 'event') return null;
  return trigger.triggers[Number(path.split('.').at(-1))] ?? null;
}

/** The newest firing before an alert's end, or a reminder, that is no reminder itself: it set the alert, or renewed it. */
async function alertOf(views: Views, { entry, firing }: Recorded): Promise<Recorded | null> {
  if (firing.state === 'Triggered' && firing.reminder === undefined) return null;
  const key = JSON.stringify(Object.entries(firing.labels).sort());
  const { firings } = await views.firings({ limit: ALERT_LIMIT, automation: firing.automation, before: entry });
  return (
    firings.findLast(({ firing: one }) => {
      const sameKey = JSON.stringify(Object.entries(one.labels).sort()) === key;
      return sameKey && one.state === 'Triggered' && one.reminder === undefined;
    }) ?? null
  );
}

function timelineOf(
  firing: Firing,
  { event, opener }: WhyStep,
  jobs: readonly WhyJob[],
  outcome: readonly GateMark[],
): WhyMoment[] {
  const moments: WhyMoment[] = [];
  const add = (at: number | null | undefined, what: string): void => {
    if (at != null) moments.push({ at, what });
  };
  const { story, state, triggered, decided } = firing;
  const deadline = story && deadlineOf(story, state, triggered);
  if (opener !== null) add(Number.parseInt(opener.entry, 10), `received ${opener.event.id}, which opened the window`);
  if (firing.event !== null && event?.entry !== opener?.entry) {
    const received = Date.parse(firing.event.received);
    add(received, `received ${firing.event.id}`);
    const entered = event === null ? received : Number.parseInt(event.entry, 10);
    if (entered > received) add(entered, `${firing.event.id} came back behind the event that it follows`);
  }
  add(deadline, 'its time came');
  const applied = story !== undefined && isCounting(story) ? 'applied and decided' : 'decided';
  add(decided, firing.worker === undefined ? applied : `${applied} by ${firing.worker}`);
  for (const { at, what, released } of outcome) {
    add(at, what);
    add(released, 'its active hours began');
  }
  for (const { id, state: job } of jobs) {
    const which = jobs.length > 1 ? ` ${id.slice(id.lastIndexOf('-') + 1)}` : '';
    add(job?.added, `job${which} added`);
    add(job?.started, `job${which} started`);
    add(job?.finished, `job${which} ${job?.stage === 'failed' ? 'failed' : 'finished'}`);
  }
  return moments.sort((a, b) => a.at - b.at);
}
