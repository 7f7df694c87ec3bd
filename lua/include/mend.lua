-- What is done for keys that stand alone when others removed them or wrote over them.
local copies = include('copies')
local damage = include('damage')
local meaning = include('meaning')
local position = include('position')
local members = include('members')
local time = include('time')

local M = {}

local LASTING = { -- never gone once they are there
  'format', 'events', 'position', 'clock', 'firings', 'dead', 'generation', 'changes', 'queues', 'counters', 'seen', 'audit', 'history',
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
    if redis.call('EXISTS', keys[name]) == 0 then c.broken[name] = c.broken[name] or 'was deleted' end
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
  local newest, known = tonumber(stored), readable and type(copy) == 'table' and tonumber(copy[1])
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
  local number = stored and stored:find('^%d+$') and tonumber(stored)
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

local function generations_in(text)
  local readable, list = pcall(cjson.decode, text or '')
  return readable and type(list) == 'table' and (#list == 0 or type(list[1]) == 'table' and tonumber(list[1].number)) and list or nil
end

-- Generations of remembered ids are numbered upwards.
function M.seen(c)
  local stored, copy = redis.call('GET', c.keys.seen), redis.call('HGET', c.keys.copies, 'seen')
  local list, known = generations_in(stored), generations_in(copy)
  local newest, copied = list and list[1] and list[1].number or 0, known and known[1] and known[1].number or 0
  if stored and not list then c.broken.seen = 'held rubbish' end
  if copied > newest and not (list and newest == 0 and stored == '[]') then
    c.broken.seen = c.broken.seen or 'was deleted'
    redis.call('SET', c.keys.seen, copy)
  elseif stored and not list then
    redis.call('SET', c.keys.seen, '[]')
  elseif list then
    if members.generations(c, list) then stored = cjson.encode(list) redis.call('SET', c.keys.seen, stored) end
    redis.call('HSET', c.keys.copies, 'seen', stored)
  end
end

-- Answers key, grade, sentence … of what was found, and notes it.
function M.finish(c, types)
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
