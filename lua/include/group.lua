-- Firings that go out as one message, some time after the last of them and not later than `max` after the first.
local limits = include('limits')
local waiting = include('waiting')
local M = {}

local function begin(keys, call, name, id, key)
  redis.call('HSET', keys.grouping, name, id)
  redis.call('HSET', key, 'name', name, 'since', string.format('%d', call.now), 'count', 0, 'bytes', 0)
end

-- A firing joins the group of an action; answers the id of the group. call: now, firing, entry, bytes, automation, revision.
-- action: number; by: values of its labels as JSON; wait_ms, max_ms.
function M.join(keys, prefixes, call, action)
  local name = string.format('%s %s %s %s', call.automation, call.revision, action.index, action.by)
  local id = redis.call('HGET', keys.grouping, name)
  local key = id and prefixes.group .. id
  if id then
    local held = redis.call('HMGET', key, 'count', 'bytes')
    if (tonumber(held[1]) or 0) >= limits.GROUP_FIRINGS or (tonumber(held[2]) or 0) >= limits.GROUP_BYTES then
      waiting.add(keys, 'g ' .. id, call.now)
      id = nil
    end
  end
  if not id then
    id = call.firing .. '-' .. action.index
    key = prefixes.group .. id
    begin(keys, call, name, id, key)
  end
  local number = redis.call('HINCRBY', key, 'count', 1)
  redis.call('HINCRBY', key, 'bytes', call.bytes)
  redis.call('HSET', key, 'n' .. number, call.entry)
  waiting.need(keys, call.entry, 'g ' .. id)
  local last = redis.call('HGET', key, 'since') + action.max_ms
  waiting.add(keys, 'g ' .. id, math.min(call.now + action.wait_ms, last))
  return id
end

return M
