-- What became of entries, and how many keys hold state, as they are counted at the end of a call.
local damage = include('damage')

local M = {}

-- Answers the sum. What is no number is counted anew.
local function add(e, key, field, count)
  local sum = redis.pcall('HINCRBY', key, field, count)
  if type(sum) == 'number' then return sum end
  redis.call('HSET', key, field, count)
  damage.note(e.keys, e.now, key, 'mended', 'held rubbish in ' .. field .. ', which is counted anew')
  return count
end

function M.write(e)
  for word, count in pairs(e.counts) do add(e, e.keys.counters, word, count) end
  if e.over > 0 then add(e, e.keys.counters, 'over-limit', e.over) end
  for of, count in pairs(e.grown) do
    if count ~= 0 and add(e, e.keys.quota_used, of, count) <= 0 then redis.call('HDEL', e.keys.quota_used, of) end
  end
end

return M
