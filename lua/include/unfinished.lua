-- What one decision brings with it can be more than a call may do: 100,000 followers of one event, 100,000 windows that are enabled. What
-- is left stands in the clock, and the next calls do a slice each, whichever worker makes them; nothing else is decided until it is done.
local order = include('order')
local resume = include('resume')
local write = include('write')

local M = {}

-- Does a slice of what is left. Answers whether anything was: then this call does nothing else.
function M.go_on(e)
  if not e.left then return false end
  local leader = e.left:match('^followers (.*)$')
  if leader then order.release(e, leader) else resume.go_on(e) end
  write.all(e)
  return true
end

return M
