-- Some keys belong to a member of another key: parked events, remembered times, generations of ids. One that is gone is made anew where the
-- rest says what stood there; where it does not, its member is removed, too.
local damage = include('damage')
local related = include('related')

local M = {}

local MOST = 200 -- members of one key that a look asks about

-- The followers of a leader, from the events that are parked.
function M.followers(c)
  for _, id in ipairs(redis.call('ZRANGE', c.keys.parked, 0, MOST - 1)) do
    local name = c.prefixes.parked_event .. id
    local wrong = related.missing(name, 'hash')
    if wrong then
      redis.call('ZREM', c.keys.parked, id)
      damage.note(c.keys, c.now, name, 'lost', wrong .. ': the event that waited there is lost')
    end
    local known = redis.call('HMGET', name, 'followers', 'member', 'occurred')
    local key = known[1] and known[2] and tonumber(known[3]) and c.prefixes.followers .. known[1]
    wrong = key and related.drop(key, 'zset')
    if key and not redis.call('ZSCORE', key, known[2]) then
      redis.call('ZADD', key, known[3], known[2])
      damage.note(c.keys, c.now, key, 'mended', (wrong or 'was deleted') .. ': it is made anew from the parked events')
    end
  end
end

function M.early(c)
  for _, name in ipairs(redis.call('ZRANGE', c.keys.early, 0, MOST - 1)) do
    local key = c.prefixes.early .. name
    local wrong = related.missing(key, 'hash')
    if wrong then
      redis.call('ZREM', c.keys.early, name)
      damage.note(c.keys, c.now, key, 'lost', wrong .. ': an absence can come although what was missing arrived early')
    end
  end
end

-- Generations of remembered ids whose hash is gone. Answers whether there are some; they count none then.
local function generations(c, list)
  local some = false
  for _, generation in ipairs(list) do
    local key = c.prefixes.seen .. string.format('%d', tonumber(generation.number) or 0)
    local wrong = (tonumber(generation.count) or 0) > 0 and related.missing(key, 'hash')
    if wrong then
      some, generation.count = true, 0
      damage.note(c.keys, c.now, key, 'lost', wrong .. ': events of the last half hour count twice when they are sent again')
    end
  end
  return some
end

local function generations_in(text)
  local readable, list = pcall(cjson.decode, text or '')
  if not readable or type(list) ~= 'table' then return nil end
  for _, one in ipairs(list) do
    if type(one) ~= 'table' or type(one.number) ~= 'number' or type(one.to) ~= 'number' then return nil end
  end
  return list
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
    if generations(c, list) then stored = cjson.encode(list) redis.call('SET', c.keys.seen, stored) end
    redis.call('HSET', c.keys.copies, 'seen', stored)
  end
end

return M
