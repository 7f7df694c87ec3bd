-- What time it is for Redis.
local M = {}

-- Milliseconds of Redis.
function M.now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

return M
