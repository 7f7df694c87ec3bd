-- What came by HTTP is known by its id for some days: a zset of digests by the time at which they came. The oldest are forgotten, and all of
-- them once nothing has come for as long.
local limits = include('limits')
local time = include('time')

local M = {}

-- Forgets what is too old or too much, more than a call with so many events adds. Answers the present in ms.
-- now_ms: virtual time, or ''; keep_ms: how long ids are remembered.
function M.open(keys, now_ms, keep_ms, events)
  local now = tonumber(now_ms) or time.now()
  local most = 2 * events + 10
  local old = redis.call('ZRANGE', keys.received, '-inf', string.format('%d', now - keep_ms), 'BYSCORE', 'LIMIT', 0, most)
  if #old == 0 and redis.call('ZCARD', keys.received) + events > limits.RECEIVED then
    old = redis.call('ZRANGE', keys.received, 0, most - 1)
  end
  if #old > 0 then redis.call('ZREM', keys.received, unpack(old)) end
  return now
end

-- Whether what has this digest came before; '' never did.
function M.knows(keys, digest)
  return digest ~= '' and redis.call('ZSCORE', keys.received, digest) and true or false
end

-- Remembers it, behind what it stands for: a write that fails leaves nothing behind.
function M.remember(keys, digest, now)
  if digest ~= '' then redis.call('ZADD', keys.received, string.format('%d', now), digest) end
end

function M.close(keys, keep_ms)
  redis.call('PEXPIRE', keys.received, keep_ms)
end

return M
