-- What was changed, and where in the log: for each change of definitions, settings and quotas the position and time at which it took
-- effect, and what stood before it (replaced.lua); and entries that were given up, which a look at the log alone does not show. From what
-- stands there now one can go back with it, change by change, as far as the log reaches.
-- It is kept as long as the log (lua/forget-history.lua), so its ids begin with the ms of positions.
local damage = include('damage')
local engine = include('engine')
local limits = include('limits')

local M = {}

-- The id of the next record, at a position or entry. Positions can go back, when a server lost the end of the log: ids do not.
function M.id_at(e, position)
  local ms = tonumber(position:match('^%d+'))
  local last = redis.call('XREVRANGE', e.keys.history, '+', '-', 'COUNT', 1)[1]
  local last_ms = last and tonumber(last[1]:match('^%d+')) or 0
  if last_ms > limits.LATEST_ID_MS then damage.fail(e.keys.history, 'takes no records: its last id is no time') end
  return engine.int(math.max(ms, last_ms)) .. '-*'
end

-- Notes an entry that was rejected for what cannot be seen in it: it failed, or claimed in vain to be the engine's.
function M.set_aside(e, entry, reason, error, attempts)
  e.commands[#e.commands + 1] = { 'XADD', e.keys.history, M.id_at(e, entry), 'kind', 'set-aside', 'position', entry, 'reason', reason,
    'error', (error or ''):sub(1, limits.ERROR_CHARACTERS), 'attempts', attempts and engine.int(attempts) or '' }
end

return M
