-- Semantics 7.2, row by row: an event meets the window of its key. Answers the words of what happened.
local due = include('due')
local firing = include('firing')

local M = {}

local REACH_BACK_MS = 15 * 60 * 1000 -- semantics 1: how far a first window accepts older events
local KEEP_MS = 60 * 1000 -- semantics 1: how long a finished window is kept

-- `ev`: id, t, as_of, doc, groups; `m`: key, arms, expects. Returns word, firing or nil.
function M.apply(e, trigger, m, ev)
  local name = e.prefixes.bucket .. trigger.name .. ':' .. m.key
  local stored = redis.call('HMGET', name, 'start', 'end', 'count', 'due')
  local start, finish, count = tonumber(stored[1]), tonumber(stored[2]), tonumber(stored[3])
  local w, t, existed, word = trigger.within, ev.t, start ~= nil, nil
  local opened = false

  local function open(from, ends, n)
    start, finish, count, opened = from, ends, n, true
  end
  local function save()
    if not opened then return redis.call('HSET', name, 'count', count) end
    local over = math.max(finish, ev.as_of)
    redis.call('HSET', name, 'start', start, 'end', finish, 'count', count, 'due', over, 'keep', over + KEEP_MS,
      'opened', ev.entry)
    if not existed or over < tonumber(stored[4]) then due.schedule(e, trigger.name, m.key, over + KEEP_MS) end
  end
  local function close(answer)
    if existed then
      redis.call('DEL', name)
      due.correct(e, trigger.name, m.key, nil)
    end
    return answer
  end

  if m.arms and (not start or t >= finish) then -- R1
    open(t, t + w, m.expects and -1 or 0)
    word = 'armed'
  end
  if not m.expects then -- R2
    if opened then save() end
    return word or 'open'
  end
  if not start and trigger.after then return 'not-armed' end -- R3
  if not start then open(t - REACH_BACK_MS, t + w, 0) end -- R4
  if t < start then return 'late' end -- R5
  if w > 0 and t >= finish then
    if trigger.after then return close('disarmed') end -- R6
    open(t, t + w, 0) -- R7
  end
  count = count + 1 -- R8
  if count < trigger.threshold then
    if w == 0 and trigger.after then return close('missed') end -- R9
    save() -- R10
    return word and word .. '+counted' or 'counted'
  end
  local fired = firing.of_event(e, trigger.name, m.key, ev) -- R11
  if trigger.after or w == 0 then
    close()
  else
    open(finish, finish + w, 0)
    save()
  end
  return 'fired', fired
end

return M
