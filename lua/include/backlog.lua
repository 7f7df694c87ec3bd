-- The entries of the log that are not applied yet, and how far time has come beside them.
local engine = include('engine')
local own = include('own')
local stream = include('stream')
local usable = include('usable')

local M = {}

-- The milliseconds of the oldest entry that is not applied yet, or nil.
function M.oldest(e)
  local entry = stream.behind(e.keys.events, e.position, 1)[1]
  if not entry then return nil end
  local fields = entry[2]
  if own.claimed(fields) == 'straightened' and own.has(e.keys, entry[1]) then
    local _, at = own.first(fields)
    if at then return at end
  end
  return e.behind and e.now or usable.ms(entry[1])
end

-- How far time has come where there are no entries: never ahead of the next entry.
function M.as_of_now(e)
  return math.min(e.now, M.oldest(e) or e.now) - engine.lag(e)
end

return M
