export type { Observer } from './apply/applier.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export type { Settings, WatchfireOptions } from './config.ts';
export type { Check, Grade } from './doctor/check.ts';
export { Watchfire, type WorkerHooks } from './engine.ts';
export {
  Ambiguous,
  Conflict,
  DurabilityUnavailable,
  type ErrorCode,
  InvalidDocument,
  NotDurable,
  NotFound,
  type Overload,
  Overloaded,
  ScriptMismatch,
  TryLater,
  UnexpectedAnswer,
  Unprotected,
  WatchfireError,
  WrongFormat,
} from './errors.ts';
export type { DeadLetter, RedriveSummary } from './inspect/dead-letters.ts';
export type { FoundFirings, LedgerQuery, Recorded } from './inspect/firings.ts';
export { DEFAULT_QUOTAS, LARGEST_QUOTA, type QuotaChanges, type Quotas, type QuotaUse } from './inspect/quota.ts';
export type { Status, WorkerStatus } from './inspect/status.ts';
export type { CompositeWindow, EventWindow, FoundWindows, Window, WindowQuery } from './inspect/windows.ts';
export type { Action } from './model/action.ts';
export type { Automation, AutomationDocument } from './model/automation.ts';
export type { Event, EventDocument, Labels } from './model/event.ts';
export type { Firing } from './model/firing.ts';
export { schemas } from './model/json-schema.ts';
export type { TriggeredAction } from './model/triggered-action.ts';
export { ROLES, type Role, type RuleOptions, rulesOf, WAYS_TO_DISK, type WayToDisk } from './redis/acl.ts';
export type { QueueJob } from './relay/jobs.ts';
export type { Depth } from './relay/queues.ts';
export type { LiveEvent, LiveJob, LiveMore, LiveNote } from './services/live.ts';
export type { Worker } from './services/worker.ts';
