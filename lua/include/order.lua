-- Rules 12.2: an event that follows another one waits for it, out of the log.
local buckets = include('buckets')
local bytes = include('bytes')
local damage = include('damage')
local document = include('document')
local engine = include('engine')
local limits = include('limits')

local M = {}

local RELEASE_LIMIT = limits.RELEASE_LIMIT
local ID_DIGITS = 20 -- of the largest number in a stream id

-- Members sort by arrival where `occurred` is equal.
local function member(entry, id)
  local ms, seq = entry:match('^(%d+)-(%d+)$')
  return ('0'):rep(ID_DIGITS - #ms) .. ms .. '-' .. ('0'):rep(ID_DIGITS - #seq) .. seq .. ' ' .. id
end

-- Whether any event may wait: one of this call, or as Redis has it.
local function stored(e)
  if e.waits == 'unknown' then e.waits = redis.call('EXISTS', e.keys.parked) == 1 end
  return e.waits
end

function M.is_parked(e, id)
  if e.parked[id] then return true end
  return stored(e) and not e.released[id] and redis.call('ZSCORE', e.keys.parked, id)
end

-- leader: name of the followers of the id that it follows; entry: id of the entry.
function M.park(e, ev, leader, entry)
  local place = member(entry, ev.id)
  engine.later(e, 'ZADD', e.keys.parked, engine.int(ev.received), ev.id)
  engine.later(e, 'HSET', e.prefixes.parked_event .. ev.id, 'leader', ev.follows, 'followers', leader, 'member', place,
    'occurred', engine.int(ev.occurred), 'event', document.of(ev))
  engine.later(e, 'ZADD', e.prefixes.followers .. leader, engine.int(ev.occurred), place)
  e.parked[ev.id], e.waits = document.of(ev), true
  e.followers[leader] = e.followers[leader] or {}
  table.insert(e.followers[leader], { id = ev.id, member = place, occurred = ev.occurred })
  return 'parked'
end

-- Puts one follower back into the log. Answers the bytes of its event. Its hash can only be missing when somebody outside of the engine removed it.
local function release(e, id)
  local name = e.prefixes.parked_event .. id
  local event = e.parked[id] or redis.call('HGET', name, 'event')
  if event then engine.append(e, 'released', event) else damage.lost(e, name, 'was deleted: the event that waited there is lost') end
  engine.later(e, 'DEL', name)
  engine.later(e, 'ZREM', e.keys.parked, id)
  e.parked[id], e.released[id] = nil, true
  return event and #event or 0
end

local function earlier(a, b)
  if a.occurred ~= b.occurred then return a.occurred < b.occurred end
  return a.id ~= b.id and bytes.before(a.member, b.member)
end

-- Puts the followers of a leader into the log, in order of occurrence; as many as one call may, the others are left to the next one.
-- leader: name of them.
function M.release(e, leader)
  local name, waiting = e.prefixes.followers .. leader, e.followers[leader] or {}
  if stored(e) then
    local flat = redis.call('ZRANGE', name, 0, RELEASE_LIMIT, 'WITHSCORES')
    for i = 1, #flat, 2 do
      local id = flat[i]:match('^%S+ (.*)$')
      if not e.released[id] then waiting[#waiting + 1] = { id = id, member = flat[i], occurred = tonumber(flat[i + 1]) } end
    end
  end
  e.left = false
  if not waiting[1] then return end
  table.sort(waiting, earlier)
  local bytes_released = 0
  for i, follower in ipairs(waiting) do
    if i > RELEASE_LIMIT or bytes_released > limits.RELEASE_BYTES then
      e.left = 'followers ' .. leader
      return
    end
    bytes_released = bytes_released + release(e, follower.id)
    engine.later(e, 'ZREM', name, follower.member)
  end
  e.followers[leader] = nil
end

-- digest: number of that of an event that was applied. Its followers go to the end of the log.
function M.followers(e, digest)
  if not stored(e) then return end
  M.release(e, buckets.name(e, digest))
end

-- time: min(now, E) of rules 8.2. Followers that waited long enough go on without their leader: those that were received first, as many
-- as one call may, in order of occurrence. Answers how many, and whether there may be more.
function M.overdue(e, time)
  local ids = redis.call('ZRANGE', e.keys.parked, '-inf', engine.int(time - engine.settings(e).wait_ms), 'BYSCORE', 'LIMIT', 0, RELEASE_LIMIT)
  local waiting = {}
  for _, id in ipairs(ids) do
    local values = redis.call('HMGET', e.prefixes.parked_event .. id, 'occurred', 'member', 'followers')
    local whole = values[1] and values[1]:find('^%-?%d+$') and values[2] and values[3]
    local known = { id = id, occurred = tonumber(values[1]), member = values[2], followers = values[3] }
    if whole then waiting[#waiting + 1] = known else release(e, id) end
  end
  table.sort(waiting, earlier)
  local bytes_released = 0
  for i, w in ipairs(waiting) do
    if bytes_released > limits.RELEASE_BYTES then return i - 1, true end
    engine.later(e, 'ZREM', e.prefixes.followers .. w.followers, w.member)
    bytes_released = bytes_released + release(e, w.id)
  end
  return #ids, #ids == RELEASE_LIMIT
end

-- `wake` (ms, or '' for none), or the time at which the first follower goes on without its leader, if that is earlier and lies ahead.
function M.wake(e, wake)
  local first = redis.call('ZRANGE', e.keys.parked, 0, 0, 'WITHSCORES')
  local at = first[1] and first[2] + engine.settings(e).wait_ms
  return at and at > e.now and at < (tonumber(wake) or math.huge) and engine.int(at) or wake
end

return M
