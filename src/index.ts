export type { QueueJob } from './actions/jobs.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export type { Settings, WatchfireOptions } from './config.ts';
export { Watchfire, type WorkerHooks } from './engine.ts';
export {
  AutomationAmbiguous,
  AutomationMissing,
  Contended,
  DurabilityUnavailable,
  type ErrorCode,
  InvalidDocument,
  NotDurable,
  type Overload,
  Overloaded,
  ScriptMismatch,
  TryLater,
  UnexpectedAnswer,
  Unprotected,
  WatchfireError,
} from './errors.ts';
export type { Action } from './model/action.ts';
export type { Automation, AutomationDocument } from './model/automation.ts';
export type { Event, EventDocument, Labels } from './model/event.ts';
export type { Firing } from './model/firing.ts';
export { schemas } from './model/json-schema.ts';
export type { TriggeredAction } from './model/triggered-action.ts';
export type { DeadLetter, RedriveSummary } from './redis/letters.ts';
export type { Held, Limits } from './redis/limits.ts';
export type { Observer } from './services/applier.ts';
export type { Worker } from './services/worker.ts';
