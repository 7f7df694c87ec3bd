import type { FreeAction } from '../documents/basics.ts';
import type { ActionDocument, AutomationDocument, QueueAction } from '../documents/given.ts';
import type {
  ChildFiringDocument,
  EventDocument,
  FiringDocument,
  JobFiringDocument,
  TriggeredAction,
} from '../documents/got.ts';
import type { TriggerDocument } from '../documents/triggers.ts';
import { InvalidDocument } from '../errors.ts';
import { type Announced, DELIVERIES, delayOf, queueOf } from '../model/action.ts';
import { renderAction } from '../model/action-templates.ts';
import type { Automation } from '../model/automation.ts';
import { parseDuration } from '../model/duration.ts';
import { eventDocument } from '../model/event.ts';
import { type ChildFiring, type Firing, patternFields, stateChangeEvent, stateChangeEventId } from '../model/firing.ts';
import { firingOnce } from '../model/job-events.ts';
import { isRecord } from '../model/record.ts';
import { lateOf, storyOf } from '../model/story.ts';
import { contextOf } from '../model/template-context.ts';
import { formatTimestamp } from '../model/timestamp.ts';

/**
 * How long BullMQ recognises a job that it has finished and removed. A firing is relayed again only if its acknowledgement was lost,
 * which shows within minutes, or while another of its queues is down or full: every repeat starts the seven days anew.
 */
export const DEDUPLICATION_TTL_MS = 7 * 24 * 3600 * 1000;

/** Finished jobs kept by default, where BullMQ would keep all: enough to look at, little to hold. Ages in s. */
export const KEEP_COMPLETED = Object.freeze({ age: 24 * 3600, count: 1_000 });

/** Failed jobs are kept longer, since somebody has to look at them: a week, yet never so many that they fill Redis. */
export const KEEP_FAILED = Object.freeze({ age: 7 * 24 * 3600, count: 10_000 });

/**
 * How often a job is tried in all, and the wait between tries in ms, doubled each time: a handler that fails, restarts or waits for
 * somebody else has a minute or so. A random part of up to a half keeps the jobs of one outage from coming back all at once.
 */
export const ATTEMPTS = 5;
export const BACKOFF = Object.freeze({ type: 'exponential', delay: 5_000, jitter: 0.5 });

/** The strategy of deliveries (src/relay/deliveries.ts). */
export const DELIVERY_BACKOFF = 'delivery';

/** Options of a job as BullMQ takes them: the user's, and the ids that only Watchfire sets. */
export type JobOptions = NonNullable<QueueAction['opts']> & {
  jobId: string;
  deduplication: { id: string; ttl: number; extend: true };
  /** What a BullMQ worker with bullmq-otel goes on from. */
  telemetry?: { metadata: string };
};

/** One job and the queue it goes to; `refusal`: why it cannot go there, for templates that cannot be filled in. */
export type QueueJob = { queue: string; name: string; data: TriggeredAction; opts: JobOptions; refusal?: string };

/**
 * The jobs of a firing in the order of rules 11; `automation` as it was at the firing's revision. The same firing always gives
 * the same jobs. Throws InvalidDocument when the automation has no trigger at the firing's path.
 */
export function jobsOf(firing: Firing, automation: Automation, announced?: Announced): QueueJob[] {
  if (firing.shadow) return [];
  const { actions, actionsOnTrigger, actionsOnResolve, document } = automation;
  const onChange = firing.state === 'Triggered' ? actionsOnTrigger : actionsOnResolve;
  const whole: FiringDocument = {
    ...firingDocument(firing, document.trigger),
    state: firing.state,
    decided: formatTimestamp(firing.decided),
    ...patternFields(firing),
  };
  const jobs: QueueJob[] = [];
  const add = (list: readonly ActionDocument[], before: number, event: EventDocument | null): void => {
    if (list.length === 0) return;
    const told = firingOnce(whole, event);
    for (const [at, action] of list.entries()) {
      jobs.push(
        jobOf({ action, index: before + at, queue: queueOf(action, announced) }, firing, told, document, event),
      );
    }
  };
  if (firing.state === 'Triggered') add(actions, 0, firing.event);
  if (onChange.length === 0) return jobs;
  // The moment of the decision stands for the arrival in the log: it is the same at every repeat.
  const change = eventDocument(stateChangeEvent(firing, firing.decided));
  add(onChange, actions.length + (firing.state === 'Triggered' ? 0 : actionsOnTrigger.length), change);
  return jobs;
}

/** An action at its place, and the queue of its job. */
type Placed = Readonly<{ action: ActionDocument; index: number; queue: string }>;

function jobOf(
  { action, index, queue }: Placed,
  firing: Firing,
  told: JobFiringDocument,
  automation: AutomationDocument,
  event: EventDocument | null,
): QueueJob {
  const id = `f-${firing.id}-${index}`;
  const own = isQueueAction(action) ? action : null;
  const delay = delayOf(action, 'action');
  const common = {
    id,
    automation,
    firing: told,
    triggered: told.triggered,
    triggering_labels: firing.labels,
    triggering_event: event,
    action_index: index,
    state_change_event: stateChangeEventId(firing.id),
    idempotencyKey: id,
  };
  const filled = own && filledIn(own, { ...common, action: own, data: {} });
  return {
    queue,
    name: filled?.name ?? action.type,
    data: own ? { ...common, action: own, data: filled?.data ?? {} } : { ...common, action: action as FreeAction },
    opts: {
      attempts: ATTEMPTS,
      backoff: BACKOFF,
      removeOnComplete: KEEP_COMPLETED,
      removeOnFail: KEEP_FAILED,
      ...(delay === null ? {} : { delay }),
      ...(queue === DELIVERIES ? retryOf(action) : {}),
      ...own?.opts,
      jobId: id,
      deduplication: { id, ttl: DEDUPLICATION_TTL_MS, extend: true },
    },
    ...(filled?.refusal === undefined ? {} : { refusal: filled.refusal }),
  };
}

/** How often a delivery is tried, and its wait between tries, which `watchfire actions` works out: a receiver may ask for a longer one. */
function retryOf(action: ActionDocument): Pick<JobOptions, 'attempts' | 'backoff'> {
  const { retry } = action as Readonly<Record<string, unknown>>;
  const given = isRecord(retry) ? retry : {};
  const delay = parseDuration(given.delay)?.ms ?? BACKOFF.delay;
  const attempts = typeof given.attempts === 'number' ? given.attempts : ATTEMPTS;
  return { attempts, backoff: { type: DELIVERY_BACKOFF, delay, jitter: BACKOFF.jitter } };
}

/** Name and data of a queue action with their templates filled in, or why they cannot be. */
function filledIn(
  action: QueueAction,
  job: TriggeredAction,
): Pick<QueueAction, 'name' | 'data'> & { refusal?: string } {
  try {
    const { name, data } = renderAction(action, contextOf(job), `action ${job.action_index}`);
    return { ...(name === undefined ? {} : { name: String(name) }), ...(data && { data }) };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return { refusal: error.message };
  }
}

/** parseAutomation has checked every action of this type against the form of `QueueAction`. */
function isQueueAction(action: ActionDocument): action is QueueAction {
  return action.type === 'queue';
}

function firingDocument(firing: Firing | ChildFiring, root: TriggerDocument): ChildFiringDocument {
  return {
    id: firing.id,
    trigger: triggerAt(root, firing.path),
    state: firing.state,
    triggered: formatTimestamp(firing.triggered),
    triggering_labels: firing.labels,
    triggering_event: firing.event,
    triggering_firings: firing.children.map((child) => firingDocument(child, root)),
    ...makingFields(firing),
    ...(firing.decided !== undefined && { decided: formatTimestamp(firing.decided) }),
  };
}

/** What says how the firing came about, as far as it was recorded. */
function makingFields(
  firing: Firing | ChildFiring,
): Pick<ChildFiringDocument, 'revision' | 'story' | 'late_ms' | 'worker'> {
  const [story, late] = [storyOf(firing), lateOf(firing)];
  return {
    ...(firing.revision !== undefined && { revision: firing.revision }),
    ...(story !== undefined && { story }),
    ...(late !== undefined && { late_ms: late }),
    ...(firing.worker !== undefined && { worker: firing.worker }),
  };
}

/** The definition at a place of the tree: `''` is the root, `0.1` the second child of the first child. */
function triggerAt(root: TriggerDocument, path: string): TriggerDocument {
  let trigger = root;
  for (const step of path === '' ? [] : path.split('.')) {
    const child = trigger.triggers?.[Number(step)];
    if (child === undefined) throw new InvalidDocument('path', 'is no place in the trigger of this automation', path);
    trigger = child;
  }
  return trigger;
}
