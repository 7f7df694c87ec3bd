-- What of an automation others could have removed is put back from what is known elsewhere.
local definition = include('definition')
local papers = include('papers')
local related = include('related')

local M = {}

-- Notes that so many keys of an automation hold state no more.
local function release(r, p, count)
  for _, owner in ipairs({ p.owner, '' }) do
    local known = tonumber(redis.call('HGET', r.keys.quota_used, owner)) or 0
    redis.call('HSET', r.keys.quota_used, owner, math.max(0, known - count))
  end
end

-- The places of windows that are gone go as well.
local function emptied(r, p, t)
  local deadlines, windows = r.prefixes.deadlines .. t.name, r.prefixes.windows .. t.name
  local count = redis.call('ZCARD', deadlines)
  if count == 0 or redis.call('EXISTS', windows) == 1 then return end
  redis.call('DEL', deadlines)
  redis.call('ZREM', r.keys.due, t.name)
  release(r, p, count)
  papers.find(r, windows, 'lost', 'was deleted: counts and absences are lost; disable and enable the automation ' .. p.id)
end

-- The same of the groups of a composite.
local function groups(r, p, t)
  related.groups(r.prefixes, t.name, function(group, wrong)
    redis.call('ZREM', r.prefixes.deadlines .. t.name, group)
    release(r, p, 1)
    papers.find(r, r.prefixes.composite .. t.name .. ':*', 'lost', wrong .. ': what its children reported is lost')
  end)
end

-- t: name, fields of the compiled trigger, whether it is one of events.
local function trigger(r, planned, t)
  local p, due, enabled = r.prefixes, r.keys.due, planned.enabled
  local key, deadlines, windows = p.trigger .. t.name, p.deadlines .. t.name, p.windows .. t.name
  papers.typed(r, key, 'string', 'mended', 'it is made anew')
  local packed = definition.pack(t.fields)
  if redis.call('GET', key) ~= packed then
    redis.call('SET', key, packed)
    papers.find(r, key, 'mended', 'was deleted or changed: it is made anew')
  end
  papers.typed(r, windows, 'hash', 'lost', 'its windows, and absences, are lost')
  papers.typed(r, p.last .. t.name, 'hash', 'lost', 'absences do not name the last event')
  papers.typed(r, deadlines, 'zset', 'mended', 'it is made anew from the windows')
  if t.event then emptied(r, planned, t) else groups(r, planned, t) end
  if t.event and redis.call('HLEN', windows) > redis.call('ZCARD', deadlines) then
    papers.find(r, deadlines, 'mended', 'was deleted, or places in it: it is made anew from the windows')
    r.gaps[#r.gaps + 1] = t.name
  end
  local first = enabled and redis.call('ZRANGE', deadlines, 0, 0, 'WITHSCORES')[2]
  local place = first and redis.call('ZSCORE', due, t.name)
  if first and not (place and tonumber(place) <= tonumber(first)) then
    redis.call('ZADD', due, first, t.name)
    papers.find(r, due, 'mended', 'was deleted, or places in it: they are made anew from the deadlines')
  end
end

-- How many keys hold state, where nothing says so.
local function quota(r, p)
  local used, count, sum = r.keys.quota_used, 0, 0
  for _, t in ipairs(p.triggers) do count = count + redis.call('ZCARD', r.prefixes.deadlines .. t.name) end
  local known, all = tonumber(redis.call('HGET', used, p.owner)), tonumber(redis.call('HGET', used, ''))
  if known and all and count < known then
    -- Windows are told apart above: what is missing are groups whose places are gone.
    for _, t in ipairs(p.triggers) do
      local deadlines = r.prefixes.deadlines .. t.name
      if not t.event and redis.call('EXISTS', deadlines) == 0 then
        papers.find(r, deadlines, 'lost', 'was deleted: what children reported is forgotten late')
        return release(r, p, known - count)
      end
    end
  end
  if count == 0 or known and all then return end
  if not known then redis.call('HSET', used, p.owner, count) end
  redis.call('HDEL', used, '')
  for _, number in ipairs(redis.call('HVALS', used)) do sum = sum + (tonumber(number) or 0) end
  redis.call('HSET', used, '', sum)
  papers.find(r, used, 'mended', 'was deleted, or numbers in it: keys with state are counted anew')
end

-- p: src/redis/steps/mend-triggers.ts, Planned.
function M.automation(r, p)
  papers.document(r, p)
  papers.plan(r, p)
  for _, t in ipairs(p.triggers) do trigger(r, p, t) end
  if p.triggers[1] then quota(r, p) end
  if p.listens and redis.call('SADD', r.keys.listeners, p.id) == 1 then
    papers.find(r, r.keys.listeners, 'mended', 'was deleted, or members of it: they are put back')
  end
end

M.begin = papers.begin

return M
