-- The index of deadlines, in two levels: `due` holds triggers, `deadlines` the keys of one trigger. One set of all keys would need
-- automation and place in every member to settle in the right order; here a member is the key alone. A trigger is disabled by
-- taking one member out, and a deleted one leaves a list of what to remove.
-- A score is never later than the truth, and a score that comes up too early is corrected then. So a heartbeat moves its deadline
-- by writing its window alone, and the index is corrected once a window instead of once an event.
local quota = include('quota')

local M = {}

function M.schedule(e, name, key, at)
  local score = string.format('%d', at)
  quota.add(e, name, redis.call('ZADD', e.prefixes.deadlines .. name, score, key))
  redis.call('ZADD', e.keys.due, 'LT', score, name)
  if at < e.head then e.head = at end
end

-- Brings a stored time forward; a stored earlier one stays.
function M.advance(e, name, key, at)
  redis.call('ZADD', e.prefixes.deadlines .. name, 'LT', at, key)
  redis.call('ZADD', e.keys.due, 'LT', at, name)
  if at < e.head then e.head = at end
end

-- at: the true time; false when there is nothing left to wait for.
function M.correct(e, name, key, at)
  if at then
    redis.call('ZADD', e.prefixes.deadlines .. name, at, key)
  else
    quota.add(e, name, -redis.call('ZREM', e.prefixes.deadlines .. name, key))
  end
end

-- The first obligation at or before `limit`: state name, key, score. Order: time, automation, place, key.
-- Remembers in e.head when there is something to do next, so that a chunk looks here once.
function M.first(e, limit)
  while true do
    local top = redis.call('ZRANGE', e.keys.due, 0, 0, 'WITHSCORES')
    e.head = tonumber(top[2]) or math.huge
    if e.head > limit then return nil end
    local name = top[1]
    local entry = redis.call('ZRANGE', e.prefixes.deadlines .. name, 0, 0, 'WITHSCORES')
    if not entry[1] then
      redis.call('ZREM', e.keys.due, name)
    elseif tonumber(entry[2]) > e.head then
      redis.call('ZADD', e.keys.due, entry[2], name)
    else
      return name, entry[1], tonumber(entry[2])
    end
  end
end

return M
