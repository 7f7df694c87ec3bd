-- What one call of a script knows: `e` in all includes. Every field is declared here, nothing adds one later.
--
-- A comment --[[NAME]] in front of a table says that it is a record: the table names all of its fields. It costs nothing in
-- production; the tests put a check in its place, which raises an error for any other field (test/support/checked-scripts.ts).
-- `false` stands for "none", since a field that is nil is not declared.
local M = {}

-- keys: of the script, by the names in its header; prefixes: JSON of src/redis/keys.ts.
function M.new(keys, prefixes)
  return --[[context]] {
    keys = keys, -- key names, as the header of the script lists them
    prefixes = cjson.decode(prefixes), -- what the names of keys begin with that a script makes itself

    -- Time, set by engine.open.
    now = 0, -- ms: the time of the call, Redis' own or a simulation's
    next_id = '*', -- the id that a new stream entry asks for: '*', or `now` with any sequence number in virtual time
    newest = false, -- ms: the largest event time so far; false before the first event
    arrival = false, -- ms: when that event was received
    clock_moved = false, -- whether newest and arrival have to be written
    as_of = false, -- ms: the time a change of definitions takes effect at; set by change.begin

    -- The log.
    position = '0-0', -- id of the last applied entry, which moves on with each entry
    entry = false, -- id of the entry that is being applied; false outside of one
    begun = false, -- id of the last entry whose effects have begun: after that it cannot be tried again
    digest = false, -- of the event of that entry: how it is remembered, and forgotten when the entry is set aside

    -- Deadlines.
    head = -math.huge, -- ms: nothing is due before; math.huge: nothing is due at all; -math.huge: unknown
    budget = 0, -- how many obligations this call may still settle
    fired = 0, -- how many root firings this call emitted
    fault = '', -- what the last obligation that could not be met failed with

    -- What was read of Redis, or worked out, once for the call.
    triggers = {}, -- state name -> compiled trigger; false when its definition is gone
    generations = false, -- of remembered ids, newest first; false before they are read
    ids_changed = false, -- whether generations have to be written
    anybody_parked = 'unknown', -- whether any follower waits: true, false, or not asked yet
    anybody_listens = 'unknown', -- whether any automation wants state-change events: true, false, or not asked yet

    -- Quotas, all by the owner in a state name; '' stands for all automations.
    quotas = false, -- the most that may hold state, { automation, all }; false before they are read
    used = {}, -- owner -> keys that held state when the call began
    grown = {}, -- owner -> how many more do now
    over = 0, -- how often a key was refused
  }
end

return M
