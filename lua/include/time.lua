-- What time it is: for Redis, and by the position.
local M = {}

-- Milliseconds of Redis.
function M.now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The milliseconds of the position, or what stands for them while the clock of Redis is set back (rules 4).
function M.of_position(keys)
  return tonumber(redis.call('HGET', keys.clock, 'at') or (redis.call('GET', keys.position) or '0-0'):match('^%d+'))
end

return M
