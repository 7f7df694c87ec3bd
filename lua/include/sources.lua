-- Rules 18: the time of a log that is fed from others. It does not run ahead of what it was fed, neither at an entry nor beside them.
-- `reached` holds for each open source the ms up to which the applied entries tell of it, and the clock how many there are, once there
-- was any: nothing is read and nothing written where there never was.
local limits = include('limits')
local own = include('own')
local packed = include('packed')
local typed = include('typed')

local M = {}

local KINDS = { 'fed', 'reached', 'opened', 'closed' } -- src/model/fed.ts

-- What the entries of a chunk say of sources; of most logs nothing.
function M.read(chunk)
  if not chunk.with_feeds or chunk.feeds then return end
  local column, text, from, count, numbers, kinds, names, ats = packed.column, chunk.packed, chunk.rest, nil, nil, nil, nil, nil
  count, from = struct.unpack('<I4', text, from)
  numbers, from = column('I4', count, text, from)
  kinds, from = column('B', count, text, from)
  names, from = column('I4c0', count, text, from)
  ats, from = column('d', count, text, from)
  chunk.feeds, chunk.rest = {}, from
  for i, number in ipairs(numbers) do
    chunk.feeds[number] = chunk.feeds[number] or {}
    table.insert(chunk.feeds[number], { kind = kinds[i], source = names[i], ms = ats[i] })
  end
end

-- The sources as they were before the call; count: of them, as the clock has it.
function M.stored(keys, count)
  local flat, all = tonumber(count or 0) > 0 and typed.hash('HGETALL', keys.reached) or {}, {}
  for i = 1, #flat, 2 do all[flat[i]] = tonumber(flat[i + 1]) end
  return all
end

-- The smallest of them; infinite where there is none.
function M.least(sources)
  local least = math.huge
  for _, ms in pairs(sources) do
    if ms < least then least = ms end
  end
  return least
end

-- The time that counts where it is `ms` by entries and clock, and the sources have reached `least`.
function M.held(ms, least)
  if ms <= least then return ms end
  return math.max(least, ms - limits.LAG_LIMIT_MS)
end

-- What the entry with that number says of sources, as a list of { kind, source, ms }; nil where it says nothing. Only entries that the
-- engine wrote say something: what claims in vain to be such an entry is answered as false.
function M.said(e, number, id)
  local moves = e.chunk.feeds and e.chunk.feeds[number]
  if not moves then return nil end
  e.claimed = true
  return own.has(e.keys, id) and moves
end

-- The sources behind an entry that says this of them. One that is not open, or was closed since, is none.
local function behind(sources, moves)
  local after = {}
  for name, ms in pairs(sources) do after[name] = ms end
  for _, move in ipairs(moves) do
    local name, form = move.source, KINDS[move.kind]
    if form == 'closed' then after[name] = nil end
    if form == 'opened' then after[name] = move.ms end
    if after[name] and move.ms > after[name] then after[name] = move.ms end
  end
  return after
end

-- The time that counts for an entry that came at `at` (ms) and says that of sources; and the sources behind it. A source that opens
-- holds what comes behind it, and not what was due before.
function M.at(e, at, moves)
  if not moves then return M.held(at, e.least), nil end
  local after = behind(e.sources, moves)
  return M.held(at, math.max(e.least, M.least(after))), after
end

-- The sources are these behind an entry that says that of them. An event that was promised not to come is counted.
function M.take(e, after, moves)
  local first = moves[1]
  if KINDS[first.kind] == 'fed' and first.ms < (e.sources[first.source] or 0) then
    e.counts['late-fed'] = (e.counts['late-fed'] or 0) + 1
  end
  e.sources, e.least, e.fed = after, M.least(after), true
end

-- The commands that keep them.
function M.write(e)
  if e.sources == e.stored_sources then return end
  local set, gone, count = {}, {}, 0
  for name, ms in pairs(e.sources) do
    count = count + 1
    if e.stored_sources[name] ~= ms then set[#set + 1], set[#set + 2] = name, string.format('%d', ms) end
  end
  for name in pairs(e.stored_sources) do
    if not e.sources[name] then gone[#gone + 1] = name end
  end
  if set[1] then redis.call('HSET', e.keys.reached, unpack(set)) end
  if gone[1] then redis.call('HDEL', e.keys.reached, unpack(gone)) end
  redis.call('HSET', e.keys.clock, 'fed', count) -- stays when the last one is closed
  e.stored_sources, e.stored_least = e.sources, e.least
end

return M
