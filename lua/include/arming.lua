-- Windows of Proactive triggers are opened (rules 7.3): by an arming event, or anew because one lies behind all that satisfied.
local alert = include('alert')
local document = include('document')
local early = include('early')
local window = include('window')

local M = {}

function M.open(s, b, ev, count)
  local kind = s.kind
  window.open(b, ev.t, ev.t + s.within, count, ev.as_of, (kind.after or kind.keyed) and ev.id)
  b.silent, b.last = kind.standing and 0, document.of(ev)
end

-- P0: what an arming event could tell is over.
function M.is_late(e, s, b, expects, ev)
  if b.alert and ev.t < b.alert.start then return true end
  if not expects then return false end
  return #early.times(e, s, b.key, ev.as_of, ev.t + 1, math.huge) >= math.max(s.threshold, 1)
end

-- 17.5: whether an event that resets lies in the window that would be opened.
local function is_cancelled(s, b, start)
  local cancelled = b.extra.cancelled
  return cancelled and cancelled >= start and cancelled < start + s.within
end

-- P1: opens a window, unless what it would wait for has come before it. Answers the words.
function M.arm(e, s, b, expects, ev)
  if b.extra and not ev.resets and is_cancelled(s, b, ev.t) then return 'reset' end
  local times = early.times(e, s, b.key, ev.as_of, ev.t, ev.t + s.within)
  if #times == 0 or #times < s.threshold then
    M.open(s, b, ev, #times - (expects and not s.kind.valued and 1 or 0))
    return 'armed'
  end
  if b.alert and times[#times] >= b.alert.start then return 'satisfied' .. alert.resolve(e, s, b, ev) end
  return 'satisfied'
end

-- Whether an arming event lies behind all that satisfied; times: those of the key that satisfied.
function M.is_again(armed, times, ev)
  return armed > ev.t and (not times[1] or armed > times[#times])
end

-- Opens the window of that arming event; last: the event that it would report. Answers the words.
function M.again(e, s, b, ev, armed, last)
  if b.extra and is_cancelled(s, b, armed) then return '' end
  local times = early.times(e, s, b.key, ev.as_of, armed, armed + s.within)
  if #times >= s.threshold then return '' end
  window.open(b, armed, armed + s.within, #times, ev.as_of, document.id(last))
  b.last = last
  return '+armed-again'
end

return M
