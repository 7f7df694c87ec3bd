-- What one call of a script knows: `e` in all includes. Every field is declared here, nothing adds one later.
-- A call fences, reads, decides and writes (ARCHITECTURE.md): the rules change this table alone, and write.lua turns it into
-- commands at the end. So a decision that fails has changed nothing, and can begin again.
--
-- A comment --[[NAME]] in front of a table says that it is a record: the table names all of its fields. It costs nothing in
-- production; the tests put a check in its place, which raises an error for any other field (test/support/checked-scripts.ts).
-- `false` stands for "none", since a field that is nil is not declared.
local M = {}

-- Begins to decide: nothing has happened yet.
function M.begin(e)
  e.newest, e.arrival, e.lag, e.clock_moved = e.stored_newest, e.stored_arrival, false, false
  e.settled = e.stored_settled
  e.sources, e.least, e.fed = e.stored_sources, e.stored_least, e.was_fed
  e.position, e.position_at = e.stored_position, e.stored_at
  e.deciding, e.as_of, e.claimed = false, false, false
  e.head, e.beyond, e.bound, e.queue = math.huge, math.huge, -math.huge, {}
  e.due, e.due_at, e.due_offset, e.revisit = {}, 1, 0, false
  e.fired, e.fault, e.left = 0, '', e.unfinished
  e.states, e.touched, e.groups, e.changed_groups = {}, {}, {}, {}
  e.commands, e.counts, e.grown, e.over = {}, {}, {}, 0
  e.damaged = {}
  e.generations, e.buckets = false, {}
  e.parked, e.followers, e.released, e.held = {}, {}, {}, {}
end

-- keys: of the script, by the names in its header; prefixes: JSON of src/redis/keys.ts. Call begin before you use it.
function M.new(keys, prefixes)
  return --[[context]] {
    keys = keys, -- key names, as the header of the script lists them
    prefixes = cjson.decode(prefixes), -- what the names of keys begin with that a script makes itself

    -- As it was before the call, set by engine.open.
    now = 0, -- ms: the time of the call, Redis' own or a simulation's
    now_text = '0', -- the same as text
    worker = '', worker_json = '', -- id of the worker that calls, if one does; the same as a member of JSON behind others
    next_id = '*', -- the id that a new stream entry asks for: '*', or `now` with any sequence number in virtual time
    stored_newest = false, -- ms: the largest event time so far; false before the first event
    stored_arrival = false, -- ms: when that event was received
    stored_settled = -math.huge, -- ms: the largest as_of at which the clock moved so far
    stored_position = '0-0', -- id of the last applied entry
    unfinished = false, -- what calls before this one left to be done first (unfinished.lua), or false
    stored_at = false, -- ms that stand for those of this id; false where they are its own
    stored_sources = false, -- what feeds the log (sources.lua): name -> ms that it has reached
    stored_least = math.huge, was_fed = false, -- ms: the smallest of these; whether there ever was any
    forwarded = false, -- id up to which this log was fed on, where it is a source; false elsewhere
    behind = false, -- whether the clock was set back since: now lies more than 5 s before the position

    -- What was read of Redis, or worked out, once for the call.
    triggers = {}, -- state name -> compiled trigger; false when its definition is gone
    waits = 'unknown', -- whether any follower may wait, of this call or before it: true, false, or not asked yet
    anybody_listens = 'unknown', -- whether any automation wants state-change events: true, false, or not asked yet
    settings = false, -- of the namespace: { early_ms, wait_ms }; false before they are read
    anybody_remembers = 'unknown', -- whether times of expected events are remembered (early.lua): true, false, or not asked yet
    quotas = false, -- the most that may hold state, { automation, all }; false before they are read
    used = {}, -- owner -> keys that held state when the call began; '' stands for all automations
    budget = 0, -- how many obligations this call may still settle

    -- Time and the log.
    newest = false, arrival = false, -- the clock, as this call leaves it
    lag = false, -- ms: what follows from it (engine.lag); false until it is asked for
    settled = false, -- ms: as_of has come so far, even if it went back since
    sources = false, least = false, fed = false, -- the same as this call leaves them
    clock_moved = false, -- whether the three have to be written
    as_of = false, -- ms: the time a change of definitions takes effect at; set by change.begin
    position_at = false, -- ms that stand for those of `position`, or false
    position = '0-0', -- id of the last applied entry; that of the chunk once it is decided
    chunk = false, -- the entries of the call, if it has any (wire.lua)
    claimed = false, -- whether it met an entry that the engine wrote itself
    deciding = false, -- number of the entry in it that is being decided; false outside of one
    counts = false, -- what became of entries: word -> how many

    -- Deadlines (due.lua).
    head = false, -- ms: nothing is due before; math.huge: nothing is due at all
    bound = false, -- ms: up to here deadlines are read
    beyond = false, -- ms: the earliest known deadline after `bound`: of the index, or one that this call brought
    queue = false, -- those at hand, the next one last
    due = false, due_at = false, due_offset = false, -- a page of the index of triggers, where we are in it, what came before it
    revisit = false, -- whether the index of triggers has to be asked for the earliest once more
    left = false, -- what this call leaves to the next one
    fired = 0, -- how many root firings this call emitted
    fault = '', -- what the last obligation that could not be met failed with

    -- What was decided, to be written.
    states = false, -- state name -> what is known of that trigger's windows and deadlines (state.lua)
    touched = false, -- those of them that changed, in order
    groups = false, -- state name of a composite -> key -> group (children.lua)
    changed_groups = false, -- those of them that changed, in order
    commands = false, -- commands that have no better place, in order: streams, parked events
    grown = false, -- owner -> how many more keys hold state now
    over = 0, -- how often a quota refused a key
    damaged = false, -- keys of which something is lost: name -> true (damage.lua)

    -- Remembered ids (seen.lua).
    generations = false, -- newest first; false before they are read
    digests = false, -- those of the call (seen.lua)
    buckets = false, -- number of a generation -> what this call knows of its buckets

    -- Followers (order.lua).
    parked = false, -- by this call: event id -> document
    followers = false, -- the same by leader: digest -> list
    released = false, -- ids of events that were parked before and that this call released
    held = false, -- event id -> the keys that it holds, as this call leaves them: { state name, key } (hold.lua)
  }
end

return M
