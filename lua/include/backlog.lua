-- The entries of the log that are not applied yet, and how far time has come beside them. Entries can be large, and Redis shows none
-- of them without reading it: so the group is asked first, which knows the ids that were read.
local engine = include('engine')
local limits = include('limits')
local own = include('own')
local sources = include('sources')
local stream = include('stream')
local usable = include('usable')

local M = {}

-- The milliseconds of the oldest entry that is not applied yet, or less while workers are at those that were read a moment ago; or nil.
function M.oldest_or_less(e)
  local last, all
  if not e.behind then last, all = stream.given(e.keys.events) end
  if last and stream.after(last, e.position) then
    if usable.ms(last) > e.now - limits.GIVEN_MS then return usable.ms(e.position) end
  elseif last and all then
    return nil
  end
  return M.oldest(e)
end

-- The milliseconds that stand for those of an entry.
local function time_of(e, entry)
  local fields = entry[2]
  if own.claimed(fields) == 'straightened' and own.has(e.keys, entry[1]) then
    local _, at = own.first(fields)
    if at then return at end
  end
  return e.behind and e.now or usable.ms(entry[1])
end

-- The milliseconds of the oldest entry that is not applied yet, or nil. While the log is written anew (rebuild.lua), the entries that got
-- another id wait with the time of that one, and the log shows the others.
function M.oldest(e)
  local entry = stream.behind(e.keys.events, e.position, 1)[1]
  if not entry then return nil end
  local from = redis.call('HGET', e.keys.audit, 'straight_from')
  local again = from and stream.behind(e.keys.straight, from, 1)[1]
  return again and math.min(time_of(e, entry), time_of(e, again)) or time_of(e, entry)
end

-- How far time has come where there are no entries: never ahead of the next entry, nor of what feeds the log.
function M.as_of_now(e)
  return sources.held(math.min(e.now, M.oldest(e) or e.now), e.least) - engine.lag(e)
end

return M
