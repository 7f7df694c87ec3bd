-- Rules 17.6: the alert of a Reactive key, from its firing until an event or a silence ends it.
local alert = include('alert')
local document = include('document')
local engine = include('engine')
local extra = include('extra')
local firing = include('firing')
local limits = include('limits')
local record = include('record')
local remind = include('remind')
local sliding = include('sliding')
local window = include('window')

local M = {}

local KEEP_MS, FORGET_MS, RECOVERED_MS = limits.KEEP_MS, limits.FORGET_MS, limits.RECOVERED_MS

-- Remembers the newest event that ends alerts, alert or not.
function M.remember(b, ev)
  local x = b.extra
  local until_ms = math.max(x.recovered_until or 0, math.max(ev.t, ev.as_of) + RECOVERED_MS)
  extra.remember(x, 'recovered', math.max(x.recovered or ev.t, ev.t), until_ms)
end

-- What happened before `time` raises no new alert. last: of an alert that ended; an arming event behind it keeps its window.
function M.over(e, s, b, time, as_of, last)
  if engine.options(e, s).sliding then return sliding.empty(s, b.extra, time, as_of) end
  if b.start and not (s.kind.after and last and b.start > last) then window.close(s, b) end
  extra.remember(b.extra, 'floor', time, math.max(time, as_of) + KEEP_MS)
end

-- How long the alert lasts from here on.
local function prolong(e, s, b, as_of)
  local a, after = b.alert, engine.options(e, s).resolve_after
  if after then a.ends = a.last + after else a.forgotten = math.max(a.last, as_of) + FORGET_MS end
end

-- A firing gives the key its alert, unless a recovery came first: then it is over at once.
function M.set(e, s, b, fired, as_of)
  local recovered = b.extra.recovered
  if recovered and fired.time < recovered then
    firing.emit(e, firing.of_end(fired, recovered))
    return M.over(e, s, b, recovered, as_of, false)
  end
  b.alert = record.alert(fired.time, 0, 0)
  b.alert.last, b.alert.event, b.alert.cause = fired.time, fired.doc, fired.cause
  b.alert.shadow = fired.shadow and 1
  prolong(e, s, b, as_of)
  remind.start(e, s, b, fired, as_of)
end

-- An arming event opens its window while the key counts nothing.
function M.arm(s, b, ev)
  local t, w, x = ev.t, s.within, b.extra
  if x.floor and t < x.floor then return end
  if not b.start or w > 0 and t >= b.finish then
    window.open(b, t, t + w, 0, ev.as_of, false)
  elseif w > 0 then
    return
  end
  b.due = math.max(w > 0 and b.finish or t, ev.as_of)
end

-- An event meets the alert of its key (L1, L2). Answers the word; nil: it is nothing to the alert.
function M.meet(e, s, b, arms, expects, resolves, ev)
  local a = b.alert
  if resolves and ev.t >= a.last then
    local word = alert.resolve(e, s, b, ev)
    M.over(e, s, b, ev.t, ev.as_of, a.last)
    return word:sub(2)
  end
  if not (expects or arms) then return nil end
  if expects and ev.t > a.last then
    a.last, a.event = ev.t, document.of(ev)
    prolong(e, s, b, ev.as_of)
  end
  if arms then M.arm(s, b, ev) end
  return 'active'
end

-- The alert has lasted its time.
function M.lapse(e, s, b)
  local a = b.alert
  local trigger, doc, cause = engine.trigger(e, s.name), alert.event(e, s, b), alert.cause(e, s, b)
  firing.emit(e, firing.of_lapse(trigger, b.key, a, doc, cause))
  alert.forget(s, b)
  M.over(e, s, b, a.last, a.ends, a.last)
end

-- The alert of an automation that was disabled ended meanwhile: silently, and with its window.
function M.lapse_silently(s, b)
  alert.forget(s, b)
  if b.start then window.close(s, b) end
end

return M
