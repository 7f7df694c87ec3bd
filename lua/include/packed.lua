-- Unpacks the chunk as src/redis/wire.ts sends it. Its values stand in columns: one call of struct.unpack reads a value of all entries,
-- because the call costs Lua more than the value does.
local limits = include('limits')

local M = {}

local TEXT = 'I4c0' -- its bytes behind their number
-- Generation, ids of the first and the last entry; how many triggers, keys, entries, events, matches; flags; how many values.
local HEAD = '<I4c0I4c0I4c0I4I4I4I4I4I4I4'

local rep, unpacked = string.rep, struct.unpack

-- Reads `count` values. Answers them as a list, and where the next ones begin.
function M.column(kind, count, packed, from)
  if count <= limits.SLICE then
    local values = { unpacked('<' .. rep(kind, count), packed, from) }
    from = values[count + 1]
    values[count + 1] = nil
    return values, from
  end
  local all = {}
  for done = 0, count - 1, limits.SLICE do
    local values
    values, from = M.column(kind, math.min(limits.SLICE, count - done), packed, from)
    for i, value in ipairs(values) do all[done + i] = value end
  end
  return all, from
end

-- What is needed to see whether the chunk's turn has come.
function M.head(packed)
  local generation, first, last, triggers, keys, entries, events, matches, flags, values, from = unpacked(HEAD, packed)
  return --[[chunk]] {
    packed = packed, generation = generation, first = first, last = last, size = entries,
    triggers = triggers, keys = keys, events = events, match_count = matches, value_count = values, -- how many there are
    from = from, -- where they begin
    names = false, thresholds = false, withins = false, trigger_kinds = false, key_counts = false, -- of its triggers
    key_texts = false, -- the keys of all triggers
    kinds = false, seqs = false, ats = false, -- of its entries
    with_times = flags % 2 == 1, times = false, -- of its entries, if any has one: ms that stand for those of its id, 0 for none
    ts = false, ids = false, match_counts = false, -- of those that are events
    documents = false, -- where that of each event begins, 0 for none
    matches = false, -- of all events: FLAGS times the number of a cell (a trigger with one of its keys), and what holds
    values = false, -- what events add to triggers with `distinct` or `sum`, as text, by the number of the match
    with_failures = math.floor(flags / 2) % 2 == 1, failures = false, -- conditions that could not be answered: numbers of `entries`, and `automations`
    with_feeds = flags >= 4, feeds = false, -- what entries say of sources, by their number: list of { kind, source, ms } (sources.lua)
    states = false, windows = false, -- of each cell: what is known of the trigger, and the window
    rest = 0, -- where what few entries have begins
    event = 0, digest = 0, match = 0, next_rest = 0, -- of these so many belong to the entries that were read, or are behind them
  }
end

function M.values(chunk, from)
  local values, places, texts = {}, nil, nil
  if chunk.value_count == 0 then return values, from end
  places, from = M.column('I4', chunk.value_count, chunk.packed, from)
  texts, from = M.column(TEXT, chunk.value_count, chunk.packed, from)
  for i, place in ipairs(places) do values[place] = texts[i] end
  return values, from
end

-- Rules 17.1: most chunks have none.
local function failures(chunk, from)
  local count, entries, automations
  count, from = unpacked('<I4', chunk.packed, from)
  entries, from = M.column('I4', count, chunk.packed, from)
  automations, from = M.column(TEXT, count, chunk.packed, from)
  chunk.failures = { entries = entries, automations = automations }
  return from
end

-- Reads everything else.
function M.read(chunk)
  local column, packed, from, n, t, events = M.column, chunk.packed, chunk.from, chunk.size, chunk.triggers, chunk.events
  chunk.names, from = column(TEXT, t, packed, from)
  chunk.thresholds, from = column('d', t, packed, from)
  chunk.withins, from = column('d', t, packed, from)
  chunk.trigger_kinds, from = column('B', t, packed, from)
  chunk.key_counts, from = column('I4', t, packed, from)
  chunk.key_texts, from = column(TEXT, chunk.keys, packed, from)
  chunk.kinds, from = column('B', n, packed, from)
  chunk.seqs, from = column(TEXT, n, packed, from)
  chunk.ats, from = column('d', n, packed, from)
  if chunk.with_times then chunk.times, from = column('d', n, packed, from) end
  chunk.ts, from = column('d', events, packed, from)
  chunk.ids, from = column(TEXT, events, packed, from)
  chunk.documents, from = column('I4', events, packed, from)
  chunk.match_counts, from = column('I4', events, packed, from)
  chunk.matches, from = column('I4', chunk.match_count, packed, from)
  chunk.values, chunk.rest = M.values(chunk, from)
  if chunk.with_failures then chunk.rest = failures(chunk, chunk.rest) end
end

-- The milliseconds that stand for those of an entry's id; false where they are its own.
function M.at_of(chunk, number)
  return chunk.times and chunk.times[number] > 0 and chunk.times[number]
end

-- The milliseconds of the entries from number `first` on: those of their ids, or what stands for them. Answers the earliest and latest.
function M.span(chunk, first)
  local earliest, latest = chunk.ats[first], chunk.ats[chunk.size]
  for i = first, chunk.times and chunk.size or 0 do
    local at = M.at_of(chunk, i) or chunk.ats[i]
    earliest, latest = math.min(earliest, at), math.max(latest, at)
  end
  return earliest, latest
end

return M
