export type { Observer } from './apply/applier.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export type { WatchfireOptions } from './config.ts';
export type { Check, Grade } from './doctor/check.ts';
export type {
  CloudEventInput,
  DurationInput,
  FreeAction,
  Labels,
  Payload,
  RelatedResource,
  Resource,
} from './documents/basics.ts';
export type {
  ActionDocument,
  ActiveHoursDocument,
  AutomationDocument,
  BackoffStrategy,
  EventInput,
  GroupDocument,
  KeepAge,
  KeepCount,
  QueueAction,
  QueueOptions,
  ScenarioDocument,
  ScenarioStep,
  Settings,
} from './documents/given.ts';
export type {
  BudgetSummaryDocument,
  ChildFiringDocument,
  EventDocument,
  EventReference,
  FiringDocument,
  HeldKeyDocument,
  JobChildFiringDocument,
  JobFiringDocument,
  JobGroupDocument,
  StoryDocument,
  TriggeredAction,
  TriggeredFreeAction,
  TriggeredQueueAction,
} from './documents/got.ts';
export type {
  CompoundDocument,
  EventTriggerDocument,
  PatternDocument,
  ResolveDocument,
  SequenceDocument,
  TriggerDocument,
} from './documents/triggers.ts';
export { Watchfire } from './engine.ts';
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
  RedisUnreachable,
  ScriptMismatch,
  TryLater,
  Unanswered,
  UnexpectedAnswer,
  Unprotected,
  UnreadableState,
  WatchfireError,
  WrongFormat,
} from './errors.ts';
export type { Finding } from './findings/finding.ts';
export type { ListenOptions, PathAnswerer } from './http/server.ts';
export type { Alert, AlertQuery } from './inspect/alerts.ts';
export type { DeadLetter, RedriveSummary } from './inspect/dead-letters.ts';
export type { FoundFirings, LedgerQuery, Recorded } from './inspect/firings.ts';
export type { CountsByWord, HistoryMinute, HistoryQuery } from './inspect/history.ts';
export type { FoundParked, Parked } from './inspect/parked.ts';
export { DEFAULT_QUOTAS, LARGEST_QUOTA, type QuotaChanges, type Quotas, type QuotaUse } from './inspect/quota.ts';
export type { Reason, Reasons } from './inspect/reasons.ts';
export type { SourceStatus } from './inspect/sources.ts';
export type { Status, WorkerStatus } from './inspect/status.ts';
export type { CompositeWindow, EventWindow, FoundWindows, Window, WindowQuery } from './inspect/windows.ts';
export {
  type MigrateOptions,
  type MigrationProgress,
  type MigrationReport,
  migrateState,
} from './migrate/migration.ts';
export type { Automation } from './model/automation.ts';
export type { Delivery, DeliveryState } from './model/delivery.ts';
export type { Event } from './model/event.ts';
export type { Firing } from './model/firing.ts';
export { wholeFiring } from './model/job-events.ts';
export { schemas } from './model/json-schema.ts';
export type { KnownSource, SourceNote } from './model/known-source.ts';
export {
  DEFAULT_NAMESPACE_SETTINGS,
  IGNORED_LIMIT,
  LARGEST_EARLY_MS,
  LARGEST_FOLLOW_WAIT_MS,
  type NamespaceSettings,
  type NamespaceSettingsChanges,
} from './model/namespace-settings.ts';
export type { Silence, SilenceInput } from './model/silence.ts';
export type { EmitOptions } from './producer/patience.ts';
export type { Actions } from './reactions/actions.ts';
export type { ActionHandler, ActionJob, ActionSchema } from './reactions/handler.ts';
export type { ActionsOptions } from './reactions/reactor.ts';
export { ROLES, type Role, type RuleOptions, rulesOf, WAYS_TO_DISK, type WayToDisk } from './redis/acl.ts';
export { CannotMigrate, CannotRepartition, WorkersAlive } from './redis/cannot-migrate.ts';
export type { Closing } from './redis/closings.ts';
export { divide } from './redis/partitions.ts';
export type { ActedOn } from './relay/delivery-acts.ts';
export type { DeliveryQuery } from './relay/delivery-list.ts';
export type { QueueJob } from './relay/jobs.ts';
export { FailedForGood, TryAgain } from './relay/outcome.ts';
export type { Depth } from './relay/queues.ts';
export {
  type RepartitionOptions,
  type RepartitionReport,
  repartition,
} from './repartition/repartition.ts';
export type { LiveDropped, LiveEvent, LiveHeard, LiveJob, LiveMore, LiveNote } from './services/live.ts';
export type { RunningWorker as Worker, WorkerHooks } from './services/worker.ts';
export type { Answered, ScenarioAnswer } from './simulation/scenario.ts';
export { type SimulateOptions, simulate } from './simulation/simulate.ts';
export type { HttpInOptions, RunningHttpIn } from './sources/http-sourced.ts';
export type { ReadSource, SourceItem } from './sources/program-source.ts';
export type { RunningSource, SourceOptions, SourcesOptions, TriedStream } from './sources/sourced.ts';
export type { TriedEntry } from './sources/try-source.ts';
