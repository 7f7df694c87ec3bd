-- The keys that a change of definitions writes one after the other: none of these commands may fail.
local damage = include('damage')
local typed = include('typed')

local M = {}

local TYPES = {
  generation = 'string', changes = 'zset', outdated = 'zset', garbage = 'zset', automations = 'hash', plans = 'hash', queues = 'zset',
  listeners = 'set', settings = 'hash', quotas = 'hash', history = 'stream',
}

-- Raises an error for a key of another type, and for a generation that was removed. Answers the generation, as text.
function M.check(keys)
  for name, wanted in pairs(TYPES) do
    if keys[name] then typed.check(keys[name], wanted) end
  end
  local known = redis.call('GET', keys.generation)
  if not known and redis.call('EXISTS', keys.changes) == 1 then damage.fail(keys.generation, 'was deleted') end
  return known or '0'
end

return M
