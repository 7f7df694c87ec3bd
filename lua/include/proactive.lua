-- Rules 7.3, row by row: an event meets the window and the alert of its key. Only settling makes an absence fire; nothing here fires.
local document = include('document')
local latest = include('latest')
local alert = include('alert')
local arming = include('arming')
local early = include('early')
local limits = include('limits')
local quota = include('quota')
local tally = include('tally')
local window = include('window')

local M = {}

local FORGET_MS = limits.FORGET_MS

-- P3: a heartbeat that is not over ends the alert. Answers the words.
local function recover(e, s, b, arms, expects, ev)
  if not (arms and expects and b.alert) or ev.t < b.alert.start or ev.t + s.within <= ev.as_of then return '' end
  return alert.resolve(e, s, b, ev)
end

-- An expected event makes up for one that an alert misses. Answers the words.
local function make_up(e, s, b, ev)
  b.alert.missing = b.alert.missing - 1
  return b.alert.missing > 0 and '' or alert.resolve(e, s, b, ev)
end

-- P6: no window is open.
local function meet_alert(e, s, b, ev)
  if not b.alert or ev.t < b.alert.start then return 'idle' end
  local start, armed = b.alert.start, alert.armed(b)
  local again = b.alert.missing == 1 and arming.is_again(armed, early.times(e, s, b.key, ev.as_of, start, math.huge), ev)
  local last = again and alert.event(e, s, b)
  return 'made-up' .. make_up(e, s, b, ev) .. (again and arming.again(e, s, b, ev, armed, last) or '')
end

-- P10: what was awaited has come.
local function satisfy(e, s, b, ev)
  local start, finish, armed, again, last = b.start, b.finish, b.armed, '', false
  if armed and arming.is_again(armed, early.times(e, s, b.key, ev.as_of, start, finish), ev) then
    last = latest.event(e, s, b)
    window.close(s, b)
    again = arming.again(e, s, b, ev, armed, last)
  else
    window.close(s, b)
  end
  return 'satisfied' .. again
end

-- P11: the window begins anew.
local function restart(e, s, b, ev)
  local times = early.times(e, s, b.key, ev.as_of, ev.t, ev.t + s.within)
  arming.open(s, b, ev, #times)
  if s.kind.after and #times >= s.threshold then window.close(s, b) end
  return 'restarted'
end

-- s: what is known of the trigger; b: the window of the key; arms, expects: what the event does there. Changes b; the caller saves
-- it. Answers the words of what happened.
function M.apply(e, s, b, arms, expects, ev)
  local t, kind, word = ev.t, s.kind, 'open'
  local keep = kind.standing and kind.keyed and math.max(t, ev.as_of) + FORGET_MS

  if arms and not b.start then
    if arming.is_late(e, s, b, expects, ev) then return 'late' .. recover(e, s, b, arms, expects, ev) end -- P0
    if not b.kept and quota.bars(e, s, arms) then return 'over-limit' end
    word = arming.arm(e, s, b, expects, ev) -- P1
    if not b.start then return word .. recover(e, s, b, arms, expects, ev) end
  elseif arms and t >= b.start then -- P2
    b.last = document.of(ev)
    if t > (b.armed or b.start) then b.armed = t end
  end
  local recovery = recover(e, s, b, arms, expects, ev) -- P3
  if expects and not b.start and kind.standing then -- P4
    if not b.kept and quota.bars(e, s, arms) then return 'over-limit' end
    arming.open(s, b, ev, 0)
    b.keep = keep
  end
  if not expects then return word .. recovery end -- P5
  if kind.after and not arms then early.put(e, s, b.key, t, ev.as_of) end -- P5a
  if not b.start then return meet_alert(e, s, b, ev) end -- P6
  if t < b.start then -- P7
    if kind.after and b.alert and t >= b.alert.start then recovery = recovery .. make_up(e, s, b, ev) end
    return 'late' .. recovery
  end
  if not tally.count(e, s, b, ev, word == 'armed') then -- P8, P9
    b.keep, b.silent, b.last = keep, kind.standing and 0, document.of(ev)
    return (word == 'open' and 'counted' or word .. '+counted') .. recovery
  end
  word = kind.after and not arms and satisfy(e, s, b, ev) or restart(e, s, b, ev)
  b.keep = b.start and keep
  return b.alert and word .. alert.resolve(e, s, b, ev) or word .. recovery
end

return M
