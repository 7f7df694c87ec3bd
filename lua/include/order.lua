-- Rules 12.2: an event that follows another one waits for it, out of the log.
local engine = include('engine')
local limits = include('limits')

local M = {}

local WAIT_MS, RELEASE_LIMIT = limits.WAIT_MS, limits.RELEASE_LIMIT
local ID_DIGITS = 20 -- of the largest number in a stream id

-- Members sort by arrival where `occurred` is equal.
local function member(ev)
  local ms, seq = ev.entry:match('^(%d+)-(%d+)$')
  return ('0'):rep(ID_DIGITS - #ms) .. ms .. '-' .. ('0'):rep(ID_DIGITS - #seq) .. seq .. ' ' .. ev.id
end

local function anybody(e)
  if e.anybody_parked == 'unknown' then e.anybody_parked = redis.call('EXISTS', e.keys.parked) == 1 end
  return e.anybody_parked
end

function M.is_parked(e, id)
  return anybody(e) and redis.call('ZSCORE', e.keys.parked, id)
end

function M.park(e, ev, doc)
  redis.call('ZADD', e.keys.parked, ev.received, ev.id)
  redis.call('HSET', e.prefixes.parked_event .. ev.id, 'leader', ev.follows, 'followers', ev.leader, 'member', member(ev), 'occurred', ev.occurred, 'event', doc)
  redis.call('ZADD', e.prefixes.followers .. ev.leader, ev.occurred, member(ev))
  e.anybody_parked = true
  return 'parked', 'parked'
end

-- Puts one follower back into the log. Its hash can only be missing when somebody outside of the engine removed it.
local function release(e, id)
  local name = e.prefixes.parked_event .. id
  local event = redis.call('HGET', name, 'event')
  if event then redis.call('XADD', e.keys.events, e.next_id, 'released', event) end
  redis.call('DEL', name)
  redis.call('ZREM', e.keys.parked, id)
end

-- leader: digest of the id of an event that was applied. Its followers go to the end of the log, in order of occurrence.
function M.followers(e, leader)
  if not anybody(e) then return end
  local name = e.prefixes.followers .. leader
  for _, entry in ipairs(redis.call('ZRANGE', name, 0, -1)) do release(e, entry:match('^%S+ (.*)$')) end
  redis.call('DEL', name)
end

-- time: min(now, E) of rules 8.2. Followers that waited long enough go on without their leader.
function M.overdue(e, time)
  local ids = redis.call('ZRANGE', e.keys.parked, '-inf', engine.int(time - WAIT_MS), 'BYSCORE', 'LIMIT', 0, RELEASE_LIMIT)
  local waiting = {}
  for _, id in ipairs(ids) do
    local values = redis.call('HMGET', e.prefixes.parked_event .. id, 'occurred', 'member', 'followers')
    local known = { id = id, occurred = tonumber(values[1]), member = values[2], followers = values[3] }
    if known.occurred then waiting[#waiting + 1] = known else release(e, id) end
  end
  table.sort(waiting, function(a, b)
    if a.occurred ~= b.occurred then return a.occurred < b.occurred end
    return a.id ~= b.id and M.before(a.member, b.member)
  end)
  for _, w in ipairs(waiting) do
    redis.call('ZREM', e.prefixes.followers .. w.followers, w.member)
    release(e, w.id)
  end
  return #ids
end

-- Byte order; `<` on strings follows the server's locale.
function M.before(a, b)
  for i = 1, math.min(#a, #b) do
    if a:byte(i) ~= b:byte(i) then return a:byte(i) < b:byte(i) end
  end
  return #a < #b
end

return M
