-- Rules 17.5: an event ends the window of its key.
local latest = include('latest')
local alert = include('alert')
local arming = include('arming')
local engine = include('engine')
local extra = include('extra')
local limits = include('limits')
local list = include('list')
local sliding = include('sliding')
local window = include('window')

local M = {}

-- A Reactive window begins anew, or waits for its next arming event.
local function reactive(s, b, ev)
  if not b.start or ev.t < b.start then return '' end
  if s.kind.after then
    window.close(s, b)
  else
    window.open(b, ev.t, ev.t + s.within, 0, ev.as_of, false)
    b.extra.idle = 1
  end
  return 'reset'
end

-- The window of an arming event that lies behind the reset opens; last: function that answers the event it would report.
local function again(e, s, b, ev, armed, last)
  return armed > ev.t and arming.again(e, s, b, ev, armed, last(e, s, b)) or ''
end

-- What an absence would have told is called off: its window, or its alert.
local function call_off(e, s, b, ev)
  local x, t, word = b.extra, ev.t, ''
  local until_ms = math.max(x.cancelled_until or 0, math.max(t, ev.as_of) + limits.RECOVERED_MS)
  extra.remember(x, 'cancelled', math.max(x.cancelled or t, t), until_ms)
  if b.start and t >= b.start then
    local armed = b.armed or b.start
    local last = armed > t and latest.event(e, s, b)
    window.close(s, b)
    word = 'reset' .. again(e, s, b, ev, armed, function() return last end)
  end
  local a = b.alert
  if not a or t < a.start or t >= a.start + s.within then return word end
  local armed = alert.armed(b)
  local last = armed > t and alert.event(e, s, b)
  word = (word == '' and 'reset' or word) .. alert.resolve(e, s, b, ev)
  return b.start and word or word .. again(e, s, b, ev, armed, function() return last end)
end

-- Answers the words; '' when it ends nothing.
function M.apply(e, s, b, ev)
  local kind = s.kind
  if engine.options(e, s).sliding then
    local events = list.of(b.extra)
    if not events or not events[1] or ev.t < events[1].time then return '' end
    sliding.empty(s, b.extra, ev.t, ev.as_of)
    return 'reset'
  end
  if not kind.proactive then return reactive(s, b, ev) end
  if kind.after then return call_off(e, s, b, ev) end
  if not b.start or ev.t < b.start then return '' end
  arming.open(s, b, ev, 0)
  return 'reset'
end

return M
