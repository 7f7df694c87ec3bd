-- Every number that bounds the engine, each in this one place. test/unit/redis/limits.test.ts compares them with docs/rules.md
-- and with what src/ says of them. Durations in ms. One number a line: a program reads this file, too.
return {
  -- Constants of the rules.
  REACH_BACK_MS = 15 * 60 * 1000, -- rules 1: how far the first window of a Reactive trigger accepts older events
  WAIT_MS = 15 * 60 * 1000, -- rules 1: how long a follower waits for its leader
  LAG_LIMIT_MS = 15 * 60 * 1000, -- rules 1: the most the lag can hold back absences
  MEMORY_MS = 30 * 60 * 1000, -- rules 1: how long the id of an applied event is remembered
  KEEP_MS = 60 * 1000, -- rules 1: how long a finished Reactive window, or an outdated child firing, is kept
  KEEP_UNLIMITED_MS = 30 * 24 * 3600 * 1000, -- rules 1: how long a child firing is kept without `within`
  CLOCK_SKEW_MS = 5 * 1000, -- rules 1: how far ahead of Redis time the id of an entry may lie
  FORGET_MS = 30 * 24 * 3600 * 1000, -- rules 1: how long a silent key without a window's end, and an alert, are remembered
  EARLY_MS = 30 * 60 * 1000, -- rules 1: how long the times of expected events are remembered
  RECOVERED_MS = 30 * 60 * 1000, -- rules 17.5, 17.6: how long an event that resets or resolves is remembered
  COLLECTED_BYTES = 1000000, -- rules 17.8: of the documents that a window collects together
  EARLY_TIMES = 100, -- rules 6: the most of one key

  -- Quotas, where {wf}:quotas sets none. src/inspect/quota.ts shows the same.
  WINDOWS_PER_AUTOMATION = 1000000, -- about half a gigabyte: far above what people watch, far below what a server has
  WINDOWS = 5000000, -- of all automations together

  -- What is kept of a definition for firings that are on their way to their jobs.
  REVISIONS_KEPT_MS = 7 * 24 * 3600 * 1000, -- after it was replaced or deleted: as far back as a lost group of the ledger is made anew

  -- What keeps actions from flooding people.
  SILENCES = 1000, -- that are kept: more than people survey; a relay reads all of them when one changes
  SILENCES_BYTES = 1000 * 1000, -- of them together
  SILENCES_KEPT_MS = 7 * 24 * 3600 * 1000, -- after their end, for people to look at
  OUTCOMES_BYTES = 64 * 1000 * 1000, -- of what the relay kept back: some 200,000 firings, the oldest go first
  OUTCOMES_KEPT_MS = 30 * 24 * 3600 * 1000, -- as long as the ledger, where nothing else is said
  OUTCOMES_FORGOTTEN = 10, -- by one call, more than it adds
  BUDGET_MS = 60 * 1000, -- rules 5.1: the time that a budget is for, and how long it closes
  PASSED_KEPT_MS = 10 * 60 * 1000, -- a firing that is relayed again within this time is known to have passed its budget
  CLOSING_KEYS = 100, -- that a summary names; the others are counted together
  CLOSING_KEY_BYTES = 500, -- of a key that it names
  GROUP_FIRINGS = 1000, -- of one message; a further one begins the next group
  GROUP_BYTES = 2 * 1000 * 1000, -- of their entries in the ledger; the one that passes it can have any size

  RECEIVED = 1000 * 1000, -- ids of events that came by HTTP: some 100 MB; the oldest are forgotten before their time

  -- What is kept of deliveries (lua/note-delivery.lua).
  DELIVERIES_KEPT_MS = 7 * 24 * 3600 * 1000, -- of one that was sent or is under way: as long as BullMQ knows its job
  FAILURES_KEPT_MS = 30 * 24 * 3600 * 1000, -- of one that failed for good, unless somebody retries or drops it: as long as the ledger
  DELIVERIES_BYTES = 64 * 1000 * 1000, -- of all of them: some 100,000; sent ones go first
  DELIVERIES_FORGOTTEN = 10, -- by one call, so that they go faster than they come

  -- The history of minutes (lua/note-minutes.lua): 64 MB at most.
  HISTORY_KEPT_MS = 49 * 3600 * 1000, -- of an hour since its last count: two days, and the hour that is being counted
  HISTORY_HOUR_BYTES = 1300 * 1000, -- of the names of one hour; further automations are counted together
  HISTORY_FIELD_BYTES = 40, -- that a count takes beside its name

  -- The log.
  EARLIEST_ID_MS = 1000 * 1000 * 1000 * 1000, -- rules 4: the year 2001; smaller ids are no milliseconds
  LATEST_ID_MS = 253402300799999, -- the last millisecond of the year 9999: a position behind it is no time
  ENTRY_BYTES = 2000000, -- of one entry that is kept: more than any event may have
  BEGINNING_BYTES = 1024, -- kept of one that is larger
  LETTER_JSON_BYTES = 64000, -- fields of a dead letter that are kept as JSON
  GIVEN_MS = 60 * 1000, -- entries that were read, and came since, are not looked at: the worker that read them sees to what is too large
  STRAIGHTEN_BYTES = 1000 * 1000, -- of what one call of `straighten` reads: some milliseconds; the entry that passes it can have any size
  HISTORY_ENTRIES = 10000, -- applied entries that stay in a log which is written anew

  MARK_MS = 100, -- rules 18: between two marks of a fed log

  -- What one call may do.
  RELEASE_LIMIT = 200, -- rules 12.2: followers put back into the log by one call
  RELEASE_BYTES = 1000 * 1000, -- rules 12.2: of them together; the one that passes it can have any size
  RESUME_KEYS = 250, -- keys of a trigger that is enabled again, where it has more
  REDRIVE_VALUES = 7000, -- values of an entry that is sent again; a call from Lua takes fewer than 8,000
  SLICE = 3500, -- pairs of one command: `unpack` ends at 7,999 values
  DUE_PAGE = 100, -- deadlines of a trigger, or triggers, that are read at a time
  QUOTE_CHARACTERS = 100, -- shown of a window that cannot be read
  ERROR_CHARACTERS = 1000, -- kept of an error: what Redis and JavaScript say, not the document it may quote
  IDS_PER_BUCKET = 12, -- remembered ids in a bucket on average: each is written anew together with its bucket
  EARLY_SPAN_MS = 30 * 60 * 1000, -- remembered times that are forgotten together lie in one hash
  HELD = 9007199254740991, -- place in the deadlines of what waits for parked events: behind every time
  NARROWER = 10, -- the part of a dead worker's entries that the next worker takes: from 100 to one entry in two deaths
}
