-- What goes out later: `h <until> <entry>` is a firing that is held, `g <group>` a group, `s <closing>` the summary of a closed budget.
local M = {}

-- It goes out at a time (ms), in place of an earlier or later one.
function M.add(keys, member, at)
  redis.call('ZADD', keys.waiting, string.format('%d', at), member)
end

-- It needs an entry of the ledger, which the janitor keeps, until `member` has gone out.
function M.need(keys, entry, member)
  redis.call('ZADD', keys.needed, entry:match('^%d+'), entry .. ' ' .. member)
end

return M
