-- Rules 7.3, row by row: an event meets the window and the alert of its key. Nothing here fires.
local window = include('window')
local firing = include('firing')
local limits = include('limits')
local quota = include('quota')

local M = {}

local FORGET_MS = limits.FORGET_MS

local function remember(b, ev)
  b.last = ev.doc
end

-- The alert ends; at the root that is a firing of its own.
local function resolve(e, b, ev)
  b.alert_start, b.alert_missing, b.alert_until = false, false, false
  if b.trigger.rooted then firing.emit(e, firing.of_recovery(e, b.trigger.name, b.key, ev)) end
  return '+resolved'
end

-- trigger: as sent with the chunk; m: arms, expects. Changes b; the caller saves it. Answers the words of what happened.
function M.apply(e, trigger, b, m, ev)
  local t, word, recovery = ev.t, 'open', ''
  local opener = (trigger.after or trigger.keyed) and ev.id
  local keep = trigger.standing and trigger.keyed and math.max(t, ev.as_of) + FORGET_MS
  local function open(count)
    window.open(e, b, t, count, ev.as_of, opener)
    b.silent = trigger.standing and 0
    remember(b, ev)
  end

  if not b.start and not b.alert_until and quota.bars(e, trigger, m) then return 'over-limit' end
  if m.arms and not b.start then -- P1
    open(m.expects and -1 or 0)
    word = 'armed'
  elseif m.arms and t >= b.start then -- P2
    remember(b, ev)
  end
  if m.arms and m.expects and b.alert_until and t >= b.alert_start then recovery = resolve(e, b, ev) end -- P3
  if m.expects and not b.start and trigger.standing then -- P4
    open(0)
    b.keep = keep
  end
  if not m.expects then return word .. recovery end -- P5
  if not b.start then -- P6
    if not b.alert_until or t < b.alert_start then return 'idle' end
    b.alert_missing = b.alert_missing - 1
    if b.alert_missing > 0 then return 'made-up' end
    return 'made-up' .. resolve(e, b, ev)
  end
  if t < b.start then return 'late' .. recovery end -- P7
  b.count, b.keep, b.silent = b.count + 1, keep, trigger.standing and 0 -- P8
  remember(b, ev)
  if b.count < trigger.threshold then return (word == 'open' and 'counted' or word .. '+counted') .. recovery end -- P9
  if trigger.after and not m.arms then -- P10
    window.close(b)
    word = 'satisfied'
  else -- P11
    open(0)
    word = 'restarted'
  end
  if b.alert_until then recovery = resolve(e, b, ev) end
  return word .. recovery
end

return M
