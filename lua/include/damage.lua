-- What others did to the keys of the engine, for people: of each key when, whether something is `lost` or all of it `mended`, and a
-- sentence. src/redis/damage.ts says how long reports name it.
local M = {}

local MOST = 1000 -- keys that are noted

local function text_of(now, grade, sentence)
  return string.format('%d %s %s', now, grade, sentence)
end

-- Notes it at once. now: ms. Of a key of which something is lost this stays.
function M.note(keys, now, key, grade, sentence)
  local known = redis.call('HGET', keys.damage, key)
  if known and grade ~= 'lost' and known:find('^%d+ lost ') then return end
  if known or redis.call('HLEN', keys.damage) < MOST then redis.call('HSET', keys.damage, key, text_of(now, grade, sentence)) end
end

-- Notes it at the end of a call, once.
function M.later(e, key, grade, sentence)
  if e.damaged[key] then return end
  e.damaged[key] = true
  local known = redis.call('HGET', e.keys.damage, key)
  if known and grade ~= 'lost' or not known and redis.call('HLEN', e.keys.damage) >= MOST then return end
  e.commands[#e.commands + 1] = { 'HSET', e.keys.damage, key, text_of(e.now, grade, sentence) }
end

function M.lost(e, key, sentence)
  M.later(e, key, 'lost', sentence)
end

-- Raises that what a call needs is gone or no such thing. No entry is to blame: the call is made again when a worker has mended it.
function M.fail(key, sentence)
  error({ err = 'DAMAGED ' .. key .. ' ' .. sentence }, 0)
end

return M
