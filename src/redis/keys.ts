/**
 * Every key of one engine, named once. All of them share the hash tag `{namespace}`, hence one slot and one history.
 * Lua receives these names and the prefixes below, and appends nothing to a prefix but what it read or was sent.
 */
export type Keys = Readonly<{
  /** string, permanent: number of the form that all of this has (FORMAT); version 0.1.0 wrote none. */
  format: string;
  /** stream, permanent: the log of events; group `engine`. Trimmed by the janitor below the position only. */
  events: string;
  /** stream, seconds: the log as it is written anew, until it takes the place of `events` (lua/straighten.lua). */
  straight: string;
  /** string, permanent: stream id of the last applied entry; the fencing token of `apply`. */
  position: string;
  /** hash, permanent: newest event time and its arrival, and how far as_of came (rules 4), in ms; a copy of the position. */
  clock: string;
  /** zset, permanent: state name of a trigger -> a lower bound of its earliest deadline in ms. Disabled triggers are not in it. */
  due: string;
  /** string, permanent: of a partition, the generation of the namespace's definitions that it has taken over (src/redis/placed.ts). */
  followed: string;
  /**
   * string with a TTL: of a partition on a cluster, which history the server of the jobs had when a worker last looked, and when (ms)
   * (src/redis/jobs-home.ts).
   */
  jobs_home: string;
  /** stream, permanent: firings, out to BullMQ; group `actions`. It is the ledger as well. */
  firings: string;
  /** stream, permanent: entries that were rejected, with the reason. */
  dead: string;
  /** hash, permanent: automation id -> current document, as JSON. */
  automations: string;
  /** string, permanent: counts the changes of definitions. */
  generation: string;
  /**
   * stream, permanent: what was changed and where in the log, with what stood there before (lua/include/history.lua). The janitor trims
   * it with the log.
   */
  history: string;
  /** zset, permanent: automation id -> generation of its last change; lets a worker load only what changed. */
  changes: string;
  /** zset, permanent: names of triggers whose definition is gone, by the time they went; the janitor removes their state. */
  garbage: string;
  /**
   * zset, permanent: `<revision>:<automation id>` of each document that was replaced or deleted -> until when firings named it, in ms;
   * the janitor removes the document (lua/forget-revisions.lua).
   */
  outdated: string;
  /** hash, permanent: automation id -> places of its triggers (src/match/plan.ts), as JSON. */
  plans: string;
  /** zset, permanent: each queue that an automation ever named -> generation of the last change that did. */
  queues: string;
  /** set, permanent: automations that could want state-change events; the member `*` stands for everybody. */
  listeners: string;
  /** zset, permanent: id of a parked event -> the time it was received, in ms. */
  parked: string;
  /** hash, permanent: id of a parked event -> the triggers and keys that wait for it, as JSON (lua/include/hold.lua). */
  holds: string;
  /** zset, permanent: names of the hashes of remembered times -> the end of their half hour in ms; the janitor removes them. */
  early: string;
  /**
   * hash, permanent: what the whole namespace agrees on, `early_ms`, `follow_wait_ms`, and `ignored`, a JSON list of names of events;
   * absent: the defaults of lua/include/limits.lua and src/model/namespace-settings.ts.
   */
  settings: string;
  /** hash, permanent: counters of decisions (applied, rejected, duplicate …); `where-error:<automation id>`: conditions that failed. */
  counters: string;
  /** hash, permanent: automation id, encoded as in a key -> how many keys of its triggers hold state; `''` -> of all (lua/include/quota.lua). */
  quota_used: string;
  /**
   * zset, permanent: id of an entry of the log that the engine wrote itself -> its ms, until it is applied (lua/include/own.lua).
   * Producers cannot write it, so they cannot forge such entries.
   */
  own: string;
  /**
   * hash, permanent, of a log that is fed from others: source -> `<id> <ms> open` or `closed`: its last entry that this log is done with, and
   * up to when entries of this log tell of it (lua/include/fed.lua).
   */
  fed: string;
  /** hash, permanent: open source -> the ms up to which the applied entries tell of it (lua/include/sources.lua). */
  reached: string;
  /**
   * hash, permanent, of a log with sources that are no logs of the engine: source -> the place in it up to which it was brought in; and
   * behind its name and a space `read`, `events`, `letters`, `lost`, `paused`, `spec`, `note`, `stream`, `sought` (src/redis/sources.ts).
   */
  sources: string;
  /** zset, permanent: id of a job that appended an entry -> when, in ms; forgotten after seven days (lua/append-once.lua). */
  carried: string;
  /** zset with a TTL: digest of the id of an event that came by HTTP -> when, in ms; three days (lua/include/received.lua). */
  received: string;
  /** hash, permanent: id of a job -> how its delivery went, as JSON (src/model/delivery.ts); `''` -> the bytes of all of them (lua/note-delivery.lua). */
  deliveries: string;
  /** zset, permanent: id of a job that is under way or was sent -> when that was noted, in ms; seven days. */
  delivered: string;
  /** zset, permanent: id of a job that failed for good -> when, in ms; thirty days, unless somebody retries or drops it. */
  undelivered: string;
  /** hash, permanent: type of actions that somebody carries out -> since when in ms, a space, its JSON Schema (lua/announce.lua). */
  handlers: string;
  /** hash, permanent: id of a silence -> from and until in ms, what it says as JSON; `version` counts the changes (lua/add-silence.lua). */
  silences: string;
  /**
   * hash, permanent: firing id -> what of its actions the relay kept back, why and until when, as JSON; `bytes` of all of them
   * (lua/include/outcomes.lua). It stands beside the ledger as long as that does.
   */
  outcomes: string;
  /** zset, permanent: firing id -> when the relay kept it back, in ms; the oldest are forgotten. */
  outcome_times: string;
  /** hash, permanent: automation id, a space and labels -> the firing whose alert nobody was told of; forgotten with its outcome. */
  muted: string;
  /** hash, permanent: automation id -> closing of its budget, a space, until when in ms (lua/pass-gate.lua). */
  budgets: string;
  /** zset, permanent: what goes out later -> when, in ms: `h` of a firing that is held, `g` of a group, `s` of a closing. */
  waiting: string;
  /** zset, permanent: entry of the ledger, a space, what waits and needs it -> ms of the entry; the janitor keeps it. */
  needed: string;
  /** hash, permanent: automation, revision, action and values of labels -> the group that takes further firings. */
  grouping: string;
  /** hash, permanent: the most that may hold state, `windows_per_automation` and `windows`; absent: the defaults of lua/include/limits.lua. */
  quotas: string;
  /** hash, permanent: what the last looks at the log found (lua/audit.lua), and who keeps it from being trimmed. */
  audit: string;
  /** stream, permanent: what people changed, by which user, from where and why (src/redis/acts.ts); the last ten thousand. */
  acts: string;
  /** hash, permanent: what others did to keys of the engine: key -> when, whether something is lost, and a sentence (src/redis/damage.ts). */
  damage: string;
  /** hash, permanent: what is small of other keys, as it stood at the last look, to be put back where others removed it (lua/mend-keys.lua). */
  copies: string;
  /** string, permanent: generations of remembered event ids, as JSON (lua/include/seen.lua). */
  seen: string;
  /** hash with a TTL: which worker takes over which entry (lua/take-over.lua); a note that stays says where a worker died. */
  attempts: string;
  /** zset with a TTL: worker id -> its last sign of life in ms, by its own clock; says which heartbeats to look for. */
  workers: string;
  /** zset, while `watchfire repartition` is at work: keys that stand ready as `{wf}:next:…` to take the place of those with these names. */
  next: string;
  /** zset, the same: keys that go then. */
  former: string;
  /** string with a TTL: a relay writes it before it waits for replicas or disk, to have a write of its own to wait for. */
  durable: string;
  /** A channel, not a key: what workers do, published only while somebody listens (src/services/live.ts); see channel.ts. */
  live: string;
}>;

/** Prefixes, under the names the scripts know them by: what follows them is an id, a state name or a key of rules 6. */
export type Prefixes = Readonly<{
  /** hash per trigger: key -> its open window and its alert, as text (lua/include/window.lua). A state name follows. */
  windows: string;
  /** hash per Proactive trigger: key -> the event that an absence would report, as JSON; more of alerts (lua/include/alert.lua). A state name follows. */
  last: string;
  /** zset per trigger: key (composites: group) -> the time in ms at which it is looked at next. A state name follows. */
  deadlines: string;
  /** hash per composite and group: stored child firings, `index` with their times and a field for each. `<state name>:<group>` follows. */
  composite: string;
  /** string per trigger: what scripts need to know of it, packed (lua/include/definition.lua). A state name follows. */
  trigger: string;
  /** hash per automation: revision -> document, as long as firings may name it; `current`, `enabled`. An automation id follows. */
  automation: string;
  /** hash per parked event. An event id follows. */
  parked_event: string;
  /** zset per leader: parked followers by `occurred`. The digest of the leader's id follows. */
  followers: string;
  /** hash per generation: buckets of the digests of applied event ids, with their ages (lua/include/seen.lua). A number follows. */
  seen: string;
  /** hash per half hour and trigger: key -> times of expected events (lua/include/early.lua). `<half hour>:<state name>` follows. */
  early: string;
  /** string with a TTL: deliveries of a target in a second, minute or hour. `<target>:<number of that time>` follows. */
  rate: string;
  /** string with a TTL: the generation when a job that switches an automation was tried first. A job's id follows. */
  switched: string;
  /** zset with a TTL: firings of an automation that passed its budget -> when, in ms. An automation id follows. */
  passed: string;
  /** hash per closing of a budget: what it held back. The id of the first firing that it held back follows. */
  closing: string;
  /** hash per group: its firings, until it is sent. `<id of the first firing>-<number of the action>` follows. */
  group: string;
  /** hash per hour with a TTL: what happened in each of its minutes (lua/note-minutes.lua). Its number since 1970 follows. */
  minutes: string;
  /** hash per worker with a TTL: heartbeat, generation. A worker id follows. */
  worker: string;
  /** BullMQ's own keys. */
  bull: string;
}>;

/**
 * Number of the form that this version writes: raised by every change after which an earlier version misreads the state. Each such change
 * extends `watchfire migrate` (src/migrate).
 */
export const FORMAT = '6';

/** Consumer groups of the two streams. */
export const ENGINE_GROUP = 'engine';
export const ACTIONS_GROUP = 'actions';

/** Names all keys of the engine that lives in `namespace` (default of the configuration: `wf`). */
export function keysOf(namespace: string): Keys {
  const name = (suffix: string): string => `{${namespace}}:${suffix}`;
  return Object.freeze({
    format: name('format'),
    events: name('events'),
    straight: name('straight'),
    position: name('position'),
    clock: name('clock'),
    due: name('due'),
    followed: name('followed'),
    jobs_home: name('jobs-home'),
    firings: name('firings'),
    dead: name('dead'),
    automations: name('automations'),
    generation: name('generation'),
    history: name('history'),
    changes: name('changes'),
    garbage: name('garbage'),
    outdated: name('outdated'),
    plans: name('plans'),
    queues: name('queues'),
    listeners: name('listeners'),
    parked: name('parked'),
    holds: name('holds'),
    early: name('early'),
    settings: name('settings'),
    counters: name('counters'),
    quota_used: name('quota-used'),
    own: name('own'),
    fed: name('fed'),
    reached: name('reached'),
    sources: name('sources'),
    carried: name('carried'),
    received: name('received'),
    deliveries: name('deliveries'),
    delivered: name('delivered'),
    undelivered: name('undelivered'),
    handlers: name('handlers'),
    silences: name('silences'),
    outcomes: name('outcomes'),
    outcome_times: name('outcome-times'),
    muted: name('muted'),
    budgets: name('budgets'),
    waiting: name('waiting'),
    needed: name('needed'),
    grouping: name('grouping'),
    quotas: name('quotas'),
    audit: name('audit'),
    acts: name('acts'),
    damage: name('damage'),
    copies: name('copies'),
    seen: name('seen'),
    attempts: name('attempts'),
    workers: name('workers'),
    next: name('next'),
    former: name('former'),
    durable: name('durable'),
    live: name('live'),
  });
}

/** Names all prefixes of the engine that lives in `namespace`. */
export function prefixesOf(namespace: string): Prefixes {
  const name = (suffix: string): string => `{${namespace}}:${suffix}`;
  return Object.freeze({
    windows: name('windows:'),
    last: name('last:'),
    deadlines: name('deadlines:'),
    composite: name('composite:'),
    trigger: name('trigger:'),
    automation: name('automation:'),
    parked_event: name('parked:'),
    followers: name('followers:'),
    seen: name('seen:'),
    early: name('early:'),
    rate: name('rate:'),
    switched: name('switched:'),
    passed: name('passed:'),
    closing: name('closing:'),
    group: name('group:'),
    minutes: name('minutes:'),
    worker: name('worker:'),
    bull: name('bull'),
  });
}
