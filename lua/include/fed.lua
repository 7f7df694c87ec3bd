-- How far a log was fed, behind its last entry: `fed` holds for each source the id of its last entry that this log is done with, and the
-- time up to which entries of this log tell of it, in ms: `<id> <ms> open`. What a source was fed stays known when it is closed.
-- How far the engine knows of it, behind the position: sources.lua.
local typed = include('typed')

local M = {}

local function parse(text)
  local id, told, state = (text or ''):match('^(%d+%-%d+) (%d+) (%l+)$')
  return id and { id = id, told = tonumber(told), open = state == 'open' } or nil
end

-- The source of that name, or nil.
function M.read(keys, name)
  return parse(typed.hash('HGET', keys.fed, name))
end

-- name -> source, of those that are open.
function M.open(keys)
  local flat, all = typed.hash('HGETALL', keys.fed), {}
  for i = 1, #flat, 2 do
    local source = parse(flat[i + 1])
    if source and source.open then all[flat[i]] = source end
  end
  return all
end

function M.write(keys, name, source)
  local state = source.open and 'open' or 'closed'
  redis.call('HSET', keys.fed, name, string.format('%s %d %s', source.id, source.told, state))
end

return M
