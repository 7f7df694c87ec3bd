-- What the relay kept back of firings, beside the ledger: firing id -> { key, marks } as JSON. Bounded in age and bytes.
local limits = include('limits')
local M = {}

-- What is recorded of a firing; nil when nothing is.
function M.read(keys, firing)
  local text = redis.call('HGET', keys.outcomes, firing)
  return text and cjson.decode(text)
end

local function forget(keys, firing)
  local text = redis.call('HGET', keys.outcomes, firing)
  if text then
    redis.call('HINCRBY', keys.outcomes, 'bytes', -#firing - #text)
    redis.call('HDEL', keys.outcomes, firing)
    local ok, record = pcall(cjson.decode, text)
    local key = ok and type(record) == 'table' and record.key
    if key and (redis.call('HGET', keys.muted, key) or ''):match('^%S+') == firing then redis.call('HDEL', keys.muted, key) end
  end
  redis.call('ZREM', keys.outcome_times, firing)
end

-- Makes room: what is too old, and the oldest of what is too much.
local function shrink(keys, now)
  for _, firing in ipairs(redis.call('ZRANGE', keys.outcome_times, 0, limits.OUTCOMES_FORGOTTEN - 1)) do
    local old = now - redis.call('ZSCORE', keys.outcome_times, firing) >= limits.OUTCOMES_KEPT_MS
    if not old and tonumber(redis.call('HGET', keys.outcomes, 'bytes') or 0) <= limits.OUTCOMES_BYTES then return end
    forget(keys, firing)
  end
end

-- Records what became of a firing, in place of what was recorded before. Returns it as text.
function M.write(keys, firing, record, now)
  local text = cjson.encode(record)
  local before = redis.call('HGET', keys.outcomes, firing)
  redis.call('HSET', keys.outcomes, firing, text)
  redis.call('HINCRBY', keys.outcomes, 'bytes', #text - (before and #before or -#firing))
  if not before then redis.call('ZADD', keys.outcome_times, string.format('%d', now), firing) end
  shrink(keys, now)
  return text
end

return M
