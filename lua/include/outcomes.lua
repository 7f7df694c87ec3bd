-- What the relay kept back of firings, beside the ledger: firing id -> { key, marks } as JSON. Bounded in age and bytes.
local limits = include('limits')
local M = {}

-- What is recorded of a firing; nil when nothing is, or when others wrote over it: then it is decided anew.
function M.read(keys, firing)
  local readable, record = pcall(cjson.decode, redis.call('HGET', keys.outcomes, firing) or '')
  return readable and type(record) == 'table' and type(record.marks) == 'table' and record or nil
end

-- Counts bytes; anew where others wrote what is no number.
local function grow(keys, by)
  if type(redis.pcall('HINCRBY', keys.outcomes, 'bytes', by)) ~= 'number' then redis.call('HSET', keys.outcomes, 'bytes', 0) end
end

local function forget(keys, firing)
  local text = redis.call('HGET', keys.outcomes, firing)
  if text then
    grow(keys, -#firing - #text)
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
    if not old and (tonumber(redis.call('HGET', keys.outcomes, 'bytes')) or 0) <= limits.OUTCOMES_BYTES then return end
    forget(keys, firing)
  end
end

-- Records what became of a firing, in place of what was recorded before. Returns it as text.
function M.write(keys, firing, record, now)
  local text = cjson.encode(record)
  local before = redis.call('HGET', keys.outcomes, firing)
  redis.call('HSET', keys.outcomes, firing, text)
  grow(keys, #text - (before and #before or -#firing))
  if not before then redis.call('ZADD', keys.outcome_times, string.format('%d', now), firing) end
  shrink(keys, now)
  return text
end

return M
