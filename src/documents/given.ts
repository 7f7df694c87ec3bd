/* Written by scripts/documents.ts from the schemas, which are what is checked at run time: do not edit. */

import type { FreeAction, Payload, RelatedResource, Resource } from './basics.ts';
import type { TriggerDocument } from './triggers.ts';

/** An event as senders write it. */
export type EventInput = {
  /** Chosen by the sender, compared exactly, not beginning with entry- or s-. Without it: entry-<stream entry id> */
  readonly id?: string | null;
  /** The name of what happened */
  readonly event: string;
  /** The resource it happened to, with its labels */
  readonly resource: Resource;
  /** Other resources, each with a role */
  readonly related?: readonly RelatedResource[];
  /** When it happened; without it: when it arrived */
  readonly occurred?: string | number | null;
  /** Id of an event known to precede this one */
  readonly follows?: string | null;
  /** Anything; conditions, sums and keys may look into it */
  readonly payload?: Payload;
  /** Automations that led to this event, oldest first */
  readonly cause_chain?: readonly string[];
  /** The span of a trace that it comes from, as W3C writes it */
  readonly traceparent?: string | null;
  readonly specversion?: never;
};

/** An automation as people write it. */
export type AutomationDocument = {
  /** Names the automation; putting another document with this id replaces it */
  readonly id: string;
  /** For people */
  readonly name: string;
  /** Accepted, no effect */
  readonly description?: unknown;
  /** Accepted, no effect */
  readonly tags?: unknown;
  /** Accepted, no effect */
  readonly owner_resource?: unknown;
  /** Accepted, no effect */
  readonly created?: unknown;
  /** Accepted, no effect */
  readonly updated?: unknown;
  /** Accepted, no effect */
  readonly account?: unknown;
  /** Accepted, no effect */
  readonly workspace?: unknown;
  /** false: it does not fire. Default: true */
  readonly enabled?: boolean;
  /** shadow: it decides as ever, but makes no jobs and no state-change events. Without it: as it stands, and live when it is new */
  readonly mode?: 'live' | 'shadow';
  /** How many firings a minute make jobs; more are held back, and a summary says so. Without it: 100, of those whose actions are carried out */
  readonly budget?: number | 'none';
  /** When its actions may go out; always */
  readonly active?: ActiveHoursDocument;
  /** What it fires at */
  readonly trigger: TriggerDocument;
  /** When it fires. Default: [] */
  readonly actions?: readonly ActionDocument[];
  /** When it fires, about the state-change event. Default: [] */
  readonly actions_on_trigger?: readonly ActionDocument[];
  /** When its alert ends. Default: [] */
  readonly actions_on_resolve?: readonly ActionDocument[];
  /** true: sees the events its own firings cause. Default: false */
  readonly allow_self_trigger?: boolean;
};

/** When actions may go out, by the clock on a wall. */
export type ActiveHoursDocument = {
  /** Days on which the hours begin: mon, tue, wed, thu, fri, sat, sun; all of them */
  readonly days?: readonly ('sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat')[];
  /** When they begin, as "09:00"; "00:00" */
  readonly from?: string;
  /** Before when they end; behind midnight where it is before `from`; "24:00" */
  readonly to?: string;
  /** Name of the time zone in the database of IANA; UTC */
  readonly timezone?: string;
  /** What becomes of the others: hold keeps them until the hours begin, drop gives them up; hold */
  readonly outside?: 'hold' | 'drop';
};

/** Which firings go out together, and when. */
export type GroupDocument = {
  /** Labels of the key: firings with the same values go out together; without it all do */
  readonly by?: readonly string[];
  /** It goes out when no other firing joined for so long; 30 s */
  readonly wait?: number | string;
  /** It goes out so long after its first firing at the latest; 5 min */
  readonly max?: number | string;
};

/** An action that adds a job to a BullMQ queue of yours. */
export type QueueAction = {
  /** A job in a BullMQ queue of yours */
  readonly type: 'queue';
  /** Name of the BullMQ queue */
  readonly queue: string;
  /** Name of the job */
  readonly name?: string;
  /** What the job gets besides the firing */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Options of the job, as BullMQ takes them */
  readonly opts?: QueueOptions;
  /** When its job may go to the queue; always */
  readonly active?: ActiveHoursDocument;
};

/** The options of a job that an automation may set. */
export type QueueOptions = {
  /** Milliseconds to wait before the job may run */
  readonly delay?: number;
  /** How often the job is tried in all, 5 by default; 0 and 1 mean once */
  readonly attempts?: number;
  /** Wait between tries: milliseconds, or a strategy; by default exponential from 5 s with a jitter of 0.5 */
  readonly backoff?: number | BackoffStrategy;
  /** 1 goes first; 0 is before all that have a priority */
  readonly priority?: number;
  /** Which finished jobs to keep */
  readonly removeOnComplete?: boolean | number | KeepCount | KeepAge;
  /** Which failed jobs to keep */
  readonly removeOnFail?: boolean | number | KeepCount | KeepAge;
};

/** How long to wait between tries. */
export type BackoffStrategy = {
  /** fixed, exponential, or a strategy of your worker */
  readonly type: string;
  /** Milliseconds before the next try */
  readonly delay?: number;
  /** Part of the delay that is random, 0 to 1 */
  readonly jitter?: number;
};

/** Keeps so many finished jobs. */
export type KeepCount = {
  /** How many at most */
  readonly count: number;
};

/** Keeps finished jobs so long. */
export type KeepAge = {
  /** For how many seconds */
  readonly age: number;
  /** How many at most */
  readonly count?: number;
  /** How many are removed at a time */
  readonly limit?: number;
};

/** A scenario for `simulate`: automations, and what happens to them. */
export type ScenarioDocument = {
  /** Stands in the answer */
  readonly name: string;
  /** When automations are put, ISO 8601; without it: at the first step */
  readonly start?: string;
  /** What is put at the start. Default: [] */
  readonly automations?: readonly AutomationDocument[];
  /** What happens; times do not go back */
  readonly timeline: readonly ScenarioStep[];
};

/** One step of a scenario. Time stands still until the next one. `at` by itself decides nothing: deadlines that have passed are decided in a step with `tick: true`, with an event, or with a change of automations. */
export type ScenarioStep = {
  /** When, ISO 8601 */
  readonly at: string;
  /** An event that is sent */
  readonly event?: EventInput;
  /** true: deadlines that have passed are decided, as they are all the time in production. Default: false */
  readonly tick?: boolean;
  /** An automation that is put */
  readonly put?: AutomationDocument;
  /** The id of an automation that is deleted */
  readonly delete?: string;
  /** A key of which all is forgotten */
  readonly clear?: KeyOfAutomation;
  /** A key whose alert ends */
  readonly resolve?: KeyOfAutomation;
};

/** A key of an automation. */
export type KeyOfAutomation = {
  /** Its id */
  readonly automation: string;
  /** Its key. Default: {} */
  readonly labels?: Readonly<Record<string, string>>;
};

/** All settings of an engine. */
export type Settings = {
  /** Hash tag of all keys: engines with different names never meet. Default: "wf" */
  readonly namespace: string;
  /** Most entries applied by one script call. Default: 100 */
  readonly chunkSize: number;
  /** How long applied events stay in the stream, in ms. Default: 86400000 */
  readonly retentionMs: number;
  /** How long firings and dead letters stay in their streams, in ms. Default: 2592000000 */
  readonly ledgerRetentionMs: number;
  /** Waiting jobs of a queue above which the relay pauses. Default: 100000 */
  readonly maxQueueDepth: number;
  /** Characters in the waiting jobs of a queue above which the relay pauses; the sizes of the latest jobs stand for all. Default: 400000000 */
  readonly maxQueueBytes: number;
  /** Events not applied yet above which new ones are refused; looked at twice a second. Default: 1000000 */
  readonly maxBacklog: number;
  /** Part of Redis' maxmemory, where it has one, above which new events are refused. Default: 0.9 */
  readonly maxMemoryRatio: number;
  /** When an event counts as kept: Redis has it (memory), has it on disk (fsync), or its replicas have it as well (replicated). Default: "memory" */
  readonly durability: 'memory' | 'fsync' | 'replicated';
  /** Whether a worker may run on a Redis of another machine that lets everybody in. Default: false */
  readonly allowUnprotected: boolean;
  /** Replicas that must have it in the mode replicated. Default: 1 */
  readonly minReplicas: number;
  /** How long to wait for disk or replicas until an event counts as not kept, in ms. Default: 5000 */
  readonly durabilityTimeoutMs: number;
};

/** A reaction: a job in a queue of yours, or an action of your own type. `action.queue` tells them apart. */
export type ActionDocument = QueueAction | FreeAction;
