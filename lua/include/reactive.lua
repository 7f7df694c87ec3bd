-- Rules 7.2, row by row: an event meets the window of its key. Answers the words of what happened.
-- This is where most events end: no closures, one table, two commands for an event that is counted.
local due = include('due')
local engine = include('engine')
local firing = include('firing')
local limits = include('limits')
local quota = include('quota')

local M = {}

local REACH_BACK_MS, KEEP_MS = limits.REACH_BACK_MS, limits.KEEP_MS

local function read(name)
  local stored = redis.call('HMGET', name, 'start', 'end', 'count', 'due')
  return --[[reactive window]] {
    name = name, existed = stored[1] and true,
    -- ms; false where there is none
    start = stored[1] and tonumber(stored[1]), finish = stored[2] and tonumber(stored[2]), due = stored[4] and tonumber(stored[4]),
    count = stored[3] and tonumber(stored[3]),
    opened = false, -- whether this event opened it, so that all of it is written
  }
end

local function open(b, start, finish, count)
  b.start, b.finish, b.count, b.opened = start, finish, count, true
end

local function save(e, b, trigger, m, ev)
  local over = math.max(b.finish, ev.as_of)
  local keep = engine.int(over + KEEP_MS)
  redis.call('HSET', b.name, 'start', engine.int(b.start), 'end', engine.int(b.finish), 'count', engine.int(b.count),
    'due', engine.int(over), 'keep', keep, 'opened', ev.entry)
  if not b.existed or over < b.due then due.schedule(e, trigger.name, m.key, over + KEEP_MS) end
end

local function close(e, b, trigger, m, word)
  if b.existed then
    redis.call('DEL', b.name)
    due.correct(e, trigger.name, m.key, false)
  end
  return word
end

-- ev: entry, id, t, as_of, doc; m: key, arms, expects. Returns word, firing or nil.
function M.apply(e, trigger, m, ev)
  local b = read(e.prefixes.window .. trigger.name .. ':' .. m.key)
  local w, t, word = trigger.within, ev.t, nil

  if not b.start and quota.bars(e, trigger, m) then return 'over-limit' end
  if m.arms and (not b.start or t >= b.finish) then -- R1
    open(b, t, t + w, m.expects and -1 or 0)
    word = 'armed'
  end
  if not m.expects then -- R2
    if b.opened then save(e, b, trigger, m, ev) end
    return word or 'open'
  end
  if not b.start and trigger.after then return 'not-armed' end -- R3
  if not b.start then open(b, t - REACH_BACK_MS, t + w, 0) end -- R4
  -- R5: an empty window that no arming event opened follows on a firing.
  if t < b.start then return (trigger.after or b.count > 0 or t < b.start - w) and 'late' or 'resting' end
  if w > 0 and t >= b.finish then
    if trigger.after then return close(e, b, trigger, m, 'disarmed') end -- R6
    open(b, t, t + w, 0) -- R7
  end
  b.count = b.count + 1 -- R8
  if b.count < trigger.threshold then
    if w == 0 and trigger.after then return close(e, b, trigger, m, 'missed') end -- R9
    if b.opened then save(e, b, trigger, m, ev) else redis.call('HINCRBY', b.name, 'count', '1') end -- R10
    return word and word .. '+counted' or 'counted'
  end
  local fired = firing.of_event(e, trigger.name, m.key, ev) -- R11
  if trigger.after or w == 0 then
    close(e, b, trigger, m)
  else
    open(b, b.finish, b.finish + w, 0)
    save(e, b, trigger, m, ev)
  end
  return 'fired', fired
end

return M
