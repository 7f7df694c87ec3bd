-- Which ids of entries can be the time at which they arrived (rules 4, Straightening). Asked in production only: in virtual time the
-- ids are those of the timeline.
local limits = include('limits')

local M = {}

function M.ms(id)
  return tonumber(id:match('^%d+'))
end

-- Whether an id is from before there were any, as one in seconds.
function M.low(id)
  return M.ms(id) < limits.EARLIEST_ID_MS
end

-- Whether the clock was set back since the position. Until it has caught up, `at` stands for the ms of ids.
function M.is_behind(now, at)
  return now < M.ms(at) - limits.CLOCK_SKEW_MS
end

-- The latest milliseconds that an id may have. now: ms of Redis; at: the position.
function M.latest(now, at)
  return math.max(now, M.ms(at)) + limits.CLOCK_SKEW_MS
end

return M
