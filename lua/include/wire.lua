-- The entries of a chunk (packed.lua), one after the other. An entry is read into one table that is filled anew; do not keep it.
local packed = include('packed')
local sources = include('sources')
local state = include('state')
local window = include('window')

local M = {}

-- What an event is by the first fields of its entry (src/redis/wire.ts).
local OWN = { firing = true, action = true }
for _, form in ipairs({ 'straightened', 'fed', 'straightened fed' }) do OWN[form .. ' firing'] = true end
local FROM_OUTSIDE = { [''] = true, straightened = true, fed = true, ['straightened fed'] = true }

local FRESH, EVENT, FAILED, IGNORED = 0, 1, 3, 4 -- what an entry is; 2 is any other that is no event
local MORE = '<dI4c0dI4c0' -- received, origin, occurred, follows
local OTHER, CAUSE = '<I4c0I4c0', '<I4c0d' -- word and reason; error and attempts

local format, unpacked = string.format, struct.unpack

-- The stream id of an entry.
function M.entry_id(chunk, number)
  return format('%.0f-%s', chunk.ats[number], chunk.seqs[number])
end

-- Reads the windows of all keys that the chunk's events meet, and goes back to the first entry.
function M.begin(e, chunk)
  sources.read(chunk)
  local states, windows, cell = {}, {}, 0
  for i, count in ipairs(chunk.key_counts) do
    local threshold = chunk.thresholds[i] >= 0 and chunk.thresholds[i] -- of a composite, which events only empty, -1
    local s = state.new(e, chunk.names[i], threshold, chunk.withins[i], state.kind(chunk.trigger_kinds[i]))
    if not threshold then
      for k = 1, count do states[cell + k], windows[cell + k] = s, { key = chunk.key_texts[cell + k] } end
      cell = cell + count
    elseif count == 1 then
      cell = cell + 1
      states[cell], windows[cell] = s, window.read(e, s, chunk.key_texts[cell])
    else
      local keys = { unpack(chunk.key_texts, cell + 1, cell + count) }
      for k, b in ipairs(window.read_all(e, s, keys)) do states[cell + k], windows[cell + k] = s, b end
      s.wanted = keys
      cell = cell + count
    end
  end
  chunk.states, chunk.windows = states, windows
  chunk.event, chunk.digest, chunk.match, chunk.next_rest = 0, 0, 0, chunk.rest
end

-- The entry that is being decided. Times in ms; false: none. documents: packed; places: where that of each event begins.
function M.blank(documents, places)
  return --[[event]] {
    number = 0, -- of the event among those of the chunk
    plain = true, -- whether it is a plain one (src/redis/wire.ts): word, own, fresh, claims and follows are as here
    word = false, reason = false, error = false, attempts = false, -- of what is no event, or one that was given up
    id = '', digest = 0, -- of the event: its id, and the number of its digest
    at = 0, t = 0, received = 0, -- when the entry came, when the event happened, when it was received first
    own = false, fresh = true, -- whether it is the engine's own event; whether it comes from outside for the first time
    claims = false, -- the first field of an entry that says that the engine wrote it
    follows = false, leader = false, occurred = false, -- the id it follows, the number of that one's digest, `occurred` as sent
    value = false, resets = false, -- of the trigger that it meets: what it adds there, whether it resets
    as_of = 0, -- set when it is decided
    documents = documents, places = places, doc = false, -- where their documents begin, 0 for none; its own once document.lua has read it
  }
end

-- Forgets what only other entries have.
local function make_plain(ev)
  ev.plain, ev.word, ev.own, ev.fresh, ev.claims, ev.follows = true, false, false, true, false, false
end

local function read_other(chunk, ev, kind)
  ev.plain, ev.word, ev.reason, chunk.next_rest = false, unpacked(OTHER, chunk.packed, chunk.next_rest)
  ev.error, ev.attempts = false, false
  if kind == FAILED then ev.error, ev.attempts, chunk.next_rest = unpacked(CAUSE, chunk.packed, chunk.next_rest) end
end

local function read_more(chunk, ev)
  local origin, follows
  ev.received, origin, ev.occurred, follows, chunk.next_rest = unpacked(MORE, chunk.packed, chunk.next_rest)
  ev.plain, ev.own, ev.fresh, ev.claims = false, OWN[origin] or false, FROM_OUTSIDE[origin] or false, origin:match('^%l+') or false
  if follows == '' then return end
  chunk.digest = chunk.digest + 1
  ev.follows, ev.leader = follows, chunk.digest
end

-- Reads the next entry, which has that number, into ev.
function M.entry(chunk, ev, number)
  local kind = chunk.kinds[number]
  if kind == IGNORED then
    ev.plain, ev.word = false, 'ignored'
    return
  end
  if kind > EVENT then return read_other(chunk, ev, kind) end
  local at, event, digest = chunk.times and packed.at_of(chunk, number) or chunk.ats[number], chunk.event + 1, chunk.digest + 1
  chunk.event, chunk.digest = event, digest
  ev.number, ev.doc = event, false
  ev.id, ev.digest, ev.at, ev.t = chunk.ids[event], digest, at, chunk.ts[event]
  if not ev.plain then make_plain(ev) end
  if kind == FRESH then ev.received = at else read_more(chunk, ev) end
end

-- Passes over the matches of an event that meets nothing.
function M.pass(chunk, ev)
  chunk.match = chunk.match + chunk.match_counts[ev.number]
end

return M
