-- How far the engine has come.
local M = {}

-- The milliseconds of the position, or what stands for them while the clock of Redis is set back (rules 4).
function M.ms(keys)
  return tonumber(redis.call('HGET', keys.clock, 'at') or (redis.call('GET', keys.position) or '0-0'):match('^%d+'))
end

return M
