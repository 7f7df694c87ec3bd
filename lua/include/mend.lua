-- What is done for keys that stand alone when others removed them or wrote over them.
local copies = include('copies')
local damage = include('damage')
local ending = include('ending')
local meaning = include('meaning')
local position = include('position')
local time = include('time')

local M = {}

local LASTING = { -- never gone once they are there
  'format', 'events', 'position', 'clock', 'firings', 'dead', 'generation', 'changes', 'queues', 'counters', 'seen', 'audit', 'history', 'acts',
}

-- types: name of a key -> its type. Removes what has another one: it holds nothing of the engine.
function M.begin(keys, prefixes, types)
  local c = --[[look]] {
    keys = keys, prefixes = prefixes, now = time.now(), position = '0-0',
    broken = {}, -- name of a key -> what was found
  }
  for name, wanted in pairs(types) do
    local found = redis.call('TYPE', keys[name]).ok
    if found ~= wanted and found ~= 'none' then
      redis.call('DEL', keys[name])
      c.broken[name] = 'was a ' .. found .. ', not a ' .. wanted
    end
  end
  for name in (redis.call('HGET', keys.copies, 'there') or ''):gmatch('%S+') do
    if keys[name] and redis.call('EXISTS', keys[name]) == 0 then c.broken[name] = c.broken[name] or 'was deleted' end
  end
  return c
end

-- own: number of the form. `leaving N` and other numbers are the business of upgrades.
function M.format(c, own)
  local found = redis.call('GET', c.keys.format)
  if found and (tonumber(found) or found:find('^leaving %d+$')) then return end
  if found then c.broken.format = 'held rubbish' end
  redis.call('SET', c.keys.format, own)
end

-- The newest event time never goes back.
function M.clock(c)
  local readable, copy = pcall(cjson.decode, redis.call('HGET', c.keys.copies, 'clock') or '[]')
  local stored = redis.call('HGET', c.keys.clock, 'newest')
  local whole = readable and type(copy) == 'table' and tonumber(copy[2]) and tonumber(copy[3])
  local newest, known = tonumber(stored), whole and tonumber(copy[1])
  if known and (not newest or newest < known) then
    c.broken.clock = c.broken.clock or 'had lost its newest event time'
    redis.call('HSET', c.keys.clock, 'newest', copy[1], 'arrival', copy[2], 'settled', copy[3])
  elseif stored and not newest then
    c.broken.clock = 'held rubbish'
    redis.call('HDEL', c.keys.clock, 'newest', 'arrival', 'settled')
  end
  c.position = position.of(c.keys)
  local set = redis.call('HMGET', c.keys.clock, 'newest', 'arrival', 'settled')
  if set[1] and set[2] and set[3] then redis.call('HSET', c.keys.copies, 'clock', cjson.encode(set)) end
end

-- Gives a lost generation a number behind every one that a worker may know: so each worker reads the definitions anew.
-- known: that of the worker.
function M.generation(c, known)
  local keys, stored = c.keys, redis.call('GET', c.keys.generation)
  local number = stored and #stored <= 15 and stored:find('^%d+$') and tonumber(stored)
  local top = tonumber(redis.call('ZRANGE', keys.changes, -1, -1, 'WITHSCORES')[2])
  local ids = not top and redis.call('HKEYS', keys.plans) or {}
  if not top and not ids[1] then
    if stored and not number then redis.call('DEL', keys.generation) end
  elseif not top or not number or number < top then
    if top then c.broken.generation = c.broken.generation or (number and 'had gone back' or stored and 'held rubbish' or 'was deleted') end
    number = math.max(number or 0, top or 0, tonumber(known) or 0, tonumber(redis.call('HGET', keys.copies, 'generation')) or 0) + 1
    redis.call('SET', keys.generation, string.format('%d', number))
    for _, id in ipairs(ids) do redis.call('ZADD', keys.changes, number, id) end
  end
  if number then redis.call('HSET', keys.copies, 'generation', string.format('%d', number)) end
end

-- Answers key, grade, sentence … of what was found, and notes it.
function M.finish(c, types)
  ending.look(c)
  copies.take(c)
  local there, answer, names = {}, {}, {}
  for _, name in ipairs(LASTING) do
    if redis.call('EXISTS', c.keys[name]) == 1 then there[#there + 1] = name end
  end
  redis.call('HSET', c.keys.copies, 'there', table.concat(there, ' '))
  for name in pairs(types) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    if c.broken[name] then
      local means = meaning[name] or meaning.other
      local sentence = c.broken[name] .. ': ' .. means[2]
      damage.note(c.keys, c.now, c.keys[name], means[1], sentence)
      for _, text in ipairs({ c.keys[name], means[1], sentence }) do answer[#answer + 1] = text end
    end
  end
  return answer
end

return M
