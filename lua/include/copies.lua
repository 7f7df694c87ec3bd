-- Copies of small keys as they stood at the last look, in one hash: what others remove is put back from there. A copy is some seconds
-- old, so each member is only put back where other keys still speak of it.
local stream = include('stream')

local M = {}

local MOST = 200 -- members of one key

local function texts_of(kind, key)
  if kind == 'hash' then return redis.call('HLEN', key) <= MOST and redis.call('HGETALL', key) or {} end
  return redis.call('ZRANGE', key, 0, MOST - 1, 'WITHSCORES')
end

-- Whether a member still belongs there, by key. c: the look (mend.lua).
local BELONGS = {
  parked = function(c, id) return redis.call('EXISTS', c.prefixes.parked_event .. id) == 1 end,
  holds = function(c, id) return redis.call('ZSCORE', c.keys.parked, id) end,
  early = function(c, name) return redis.call('EXISTS', c.prefixes.early .. name) == 1 end,
  garbage = function(c, name) return redis.call('EXISTS', c.prefixes.deadlines .. name, c.prefixes.windows .. name) > 0 end,
  outdated = function(c, member)
    local revision, id = member:match('^(%d+):(.*)$')
    local key = c.prefixes.automation .. (id or '')
    return id and redis.call('HEXISTS', key, revision) == 1 and redis.call('HGET', key, 'current') ~= revision
  end,
  own = function(c, id)
    return stream.after(id, c.position) and redis.call('EXISTS', c.keys.events) == 1
      and redis.call('XRANGE', c.keys.events, id, id)[1]
  end,
}

local KINDS = { -- in the order in which they are put back
  { 'settings', 'hash' }, { 'quotas', 'hash' }, { 'queues', 'zset' }, { 'parked', 'zset' }, { 'holds', 'hash' }, { 'early', 'zset' },
  { 'garbage', 'zset' }, { 'outdated', 'zset' }, { 'own', 'zset' },
}

local function read(c, name)
  local readable, copy = pcall(cjson.decode, redis.call('HGET', c.keys.copies, name) or '[]')
  return readable and type(copy) == 'table' and copy or {}
end

-- Puts back what is gone. Answers through `c.broken` which keys had something to be put back.
function M.restore(c)
  for _, kind in ipairs(KINDS) do
    local name, key = kind[1], c.keys[kind[1]]
    local copy = redis.call('EXISTS', key) == 0 and read(c, name) or {}
    for i = 1, #copy - 1, 2 do
      local member, value = copy[i], copy[i + 1]
      if type(member) == 'string' and type(value) == 'string' and (not BELONGS[name] or BELONGS[name](c, member)) then
        if kind[2] == 'hash' then redis.call('HSET', key, member, value) else redis.call('ZADD', key, value, member) end
        c.broken[name] = c.broken[name] or 'was deleted'
      end
    end
  end
end

-- Copies what stands there now.
function M.take(c)
  for _, kind in ipairs(KINDS) do
    local texts = texts_of(kind[2], c.keys[kind[1]])
    if #texts > 0 then
      redis.call('HSET', c.keys.copies, kind[1], cjson.encode(texts))
    else
      redis.call('HDEL', c.keys.copies, kind[1])
    end
  end
end

return M
