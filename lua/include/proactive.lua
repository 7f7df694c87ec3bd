-- Rules 7.3, row by row: an event meets the window and the alert of its key. Nothing here fires.
local firing = include('firing')
local limits = include('limits')
local quota = include('quota')
local window = include('window')

local M = {}

local FORGET_MS = limits.FORGET_MS

-- The alert ends; at the root that is a firing of its own.
local function resolve(e, s, b, ev)
  b.alert_start, b.alert_missing, b.alert_until = false, false, false
  if s.kind.rooted then firing.emit(e, firing.of_recovery(e, s.name, b.key, ev)) end
  return '+resolved'
end

local function open(s, b, ev, count)
  local kind = s.kind
  window.open(b, ev.t, ev.t + s.within, count, ev.as_of, (kind.after or kind.keyed) and ev.id)
  b.silent, b.last = kind.standing and 0, ev.doc
end

-- s: what is known of the trigger; b: the window of the key; arms, expects: what the event does there. Changes b; the caller saves
-- it. Answers the words of what happened.
function M.apply(e, s, b, arms, expects, ev)
  local t, kind, word, recovery = ev.t, s.kind, 'open', ''
  local keep = kind.standing and kind.keyed and math.max(t, ev.as_of) + FORGET_MS

  if not b.start and not b.alert_until and quota.bars(e, s, arms) then return 'over-limit' end
  if arms and not b.start then -- P1
    open(s, b, ev, expects and -1 or 0)
    word = 'armed'
  elseif arms and t >= b.start then -- P2
    b.last = ev.doc
  end
  if arms and expects and b.alert_until and t >= b.alert_start then recovery = resolve(e, s, b, ev) end -- P3
  if expects and not b.start and kind.standing then -- P4
    open(s, b, ev, 0)
    b.keep = keep
  end
  if not expects then return word .. recovery end -- P5
  if not b.start then -- P6
    if not b.alert_until or t < b.alert_start then return 'idle' end
    b.alert_missing = b.alert_missing - 1
    if b.alert_missing > 0 then return 'made-up' end
    return 'made-up' .. resolve(e, s, b, ev)
  end
  if t < b.start then return 'late' .. recovery end -- P7
  b.count, b.keep, b.silent = b.count + 1, keep, kind.standing and 0 -- P8
  b.last = ev.doc
  if b.count < s.threshold then return (word == 'open' and 'counted' or word .. '+counted') .. recovery end -- P9
  if kind.after and not arms then -- P10
    window.close(s, b)
    word = 'satisfied'
  else -- P11
    open(s, b, ev, 0)
    word = 'restarted'
  end
  if b.alert_until then recovery = resolve(e, s, b, ev) end
  return word .. recovery
end

return M
