-- How many firings of an automation make jobs in a minute. One too many closes the budget for a minute: what comes meanwhile is held back
-- and counted by keys, for one summary.
local limits = include('limits')
local waiting = include('waiting')
local M = {}

-- The closing that holds at this time; nil while the budget is open.
local function closing_at(keys, automation, now)
  local id, till = (redis.call('HGET', keys.budgets, automation) or ''):match('^(%S+) (%d+)$')
  return id and now < tonumber(till) and id or nil
end

local function close(keys, call, closing)
  local till = string.format('%d', call.now + limits.BUDGET_MS)
  redis.call('HSET', keys.budgets, call.automation, call.firing .. ' ' .. till)
  redis.call('HSET', closing, 'automation', call.automation, 'entry', call.entry, 'since', string.format('%d', call.now), 'till', till, 'count', 0, 'names', 0, 'others', 0)
  waiting.add(keys, 's ' .. call.firing, call.now + limits.BUDGET_MS)
  waiting.need(keys, call.entry, 's ' .. call.firing)
end

local function count(closing, labels)
  redis.call('HINCRBY', closing, 'count', 1)
  local name = 'k' .. labels
  local fits = #labels <= limits.CLOSING_KEY_BYTES
  if fits and redis.call('HEXISTS', closing, name) == 0 then
    fits = (tonumber(redis.call('HGET', closing, 'names')) or 0) < limits.CLOSING_KEYS
    if fits then redis.call('HINCRBY', closing, 'names', 1) end
  end
  local field = fits and name or 'others'
  redis.call('HINCRBY', closing, field, 1)
end

-- Asks for one firing: the closing that holds it back, or nil when it passes. call: now, firing, entry, automation, labels.
function M.holds(keys, prefixes, call, most)
  local passed = prefixes.passed .. call.automation
  if redis.call('ZSCORE', passed, call.firing) then return nil end
  local closing = closing_at(keys, call.automation, call.now)
  if not closing then
    local since = string.format('(%d', call.now - limits.BUDGET_MS)
    if redis.call('ZCOUNT', passed, since, '+inf') < most then
      redis.call('ZADD', passed, string.format('%d', call.now), call.firing)
      redis.call('ZREMRANGEBYSCORE', passed, '-inf', string.format('%d', call.now - limits.PASSED_KEPT_MS))
      redis.call('PEXPIRE', passed, limits.PASSED_KEPT_MS)
      return nil
    end
    closing = call.firing
    close(keys, call, prefixes.closing .. closing)
  end
  count(prefixes.closing .. closing, call.labels)
  return closing
end

return M
