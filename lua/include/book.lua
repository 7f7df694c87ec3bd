-- The book of the log: every entry that was ever added was applied in some way, waits, or was removed by others.
local stream = include('stream')

local M = {}

local OUTCOMES = { 'applied', 'duplicate', 'parked', 'rejected', 'ignored', 'marked' } -- what becomes of an entry, once for each

function M.processed(keys)
  local sum = 0
  for _, count in ipairs(redis.call('HMGET', keys.counters, unpack(OUTCOMES))) do sum = sum + (tonumber(count) or 0) end
  return sum
end

-- What the last look found. What others wrote in place of a number counts as none; wrong: is called with the name of its field.
function M.known(keys, wrong)
  local known = stream.named(redis.call('HGETALL', keys.audit))
  for _, name in ipairs({ 'added', 'processed', 'anchor' }) do
    local text = known[name]
    known[name] = text and text:find('^%-?%d+$') and #text <= 16 and tonumber(text) or nil
    if text and not known[name] then wrong(name) end
  end
  return known
end

-- How many entries are not applied; nil where that could only be told by counting them.
local function waiting(keys, info, at)
  if not stream.behind(keys.events, at, 1)[1] then return 0 end
  if stream.after(info['recorded-first-entry-id'], at) then return info.length end
end

-- known: fields of the last look, which get those of this one. `anchor`: entries that were added and do not count,
-- because they went before the engine came, or their loss is reported; without it the book begins anew when it can be balanced.
-- Answers how many entries are newly known to be lost.
function M.balance(keys, known, info, at)
  local done, waits, lost = M.processed(keys), waiting(keys, info, at), 0
  if done < (known.processed or 0) then known.anchor = nil end
  known.processed = done
  if done == 0 and not known.anchor then
    known.anchor = info['entries-added'] - info.length
  elseif waits then
    local rest = info['entries-added'] - done - waits
    if known.anchor then lost = math.max(0, rest - known.anchor) end
    known.anchor = rest
  end
  if lost > 0 then redis.call('HINCRBY', keys.counters, 'lost', lost) end
  return lost, waits == nil
end

return M
