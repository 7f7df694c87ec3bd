export type { Observer } from './apply/applier.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export type { Settings, WatchfireOptions } from './config.ts';
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
} from './errors.ts';
export type { DeadLetter, RedriveSummary } from './inspect/dead-letters.ts';
export type { Quotas, QuotaUse } from './inspect/quota.ts';
export type { Action } from './model/action.ts';
export type { Automation, AutomationDocument } from './model/automation.ts';
export type { Event, EventDocument, Labels } from './model/event.ts';
export type { Firing } from './model/firing.ts';
export { schemas } from './model/json-schema.ts';
export type { TriggeredAction } from './model/triggered-action.ts';
export type { QueueJob } from './relay/jobs.ts';
export type { Worker } from './services/worker.ts';
