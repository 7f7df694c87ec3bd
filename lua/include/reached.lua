-- How far the engine has come.
local limits = include('limits')

local M = {}

-- The milliseconds of the position, or what stands for them while the clock of Redis is set back (rules 4).
function M.ms(keys)
  return tonumber(redis.call('HGET', keys.clock, 'at') or (redis.call('GET', keys.position) or '0-0'):match('^%d+'))
end

-- How far as_of can lie behind the ms of an entry: its lag, and what holds back the time of a log that is or was fed from others.
function M.most_behind(fed)
  return fed and 2 * limits.LAG_LIMIT_MS or limits.LAG_LIMIT_MS
end

return M
