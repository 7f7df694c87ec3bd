-- Rules 8.1: a window that is over without what was expected fires.
local latest = include('latest')
local alert = include('alert')
local composite = include('composite')
local early = include('early')
local engine = include('engine')
local firing = include('firing')
local remind = include('remind')
local tally = include('tally')
local window = include('window')

local M = {}

-- What came behind the end makes up for what was missing. Answers the time at which it was enough; false: it is not enough yet.
local function over_already(e, s, b, finish, as_of)
  local times = s.kind.after and early.times(e, s, b.key, as_of, finish, math.huge) or {}
  if #times >= b.alert.missing then return times[b.alert.missing] or false end
  b.alert.missing = b.alert.missing - #times
  return false
end

-- The window of an absence rolls on, or is closed where another arming event has to open it.
local function follow(s, b, at)
  if s.kind.after then return window.close(s, b) end
  b.start = b.finish + math.floor((at - b.finish) / s.within) * s.within
  b.finish, b.count = b.start + s.within, 0
  if b.extra then tally.clear(b.extra) end
  b.due = math.max(b.finish, b.due) -- the as_of of its opening stays that of its predecessor
end

-- The firing goes up; where it is over already, its end follows it. placed: where an earlier firing of the same alert is stored, which is
-- over with it.
local function tell(e, s, b, fired, over, as_of, placed)
  if over and alert.keeper(e, fired.trigger) then
    if placed then alert.take_back(e, fired.trigger, placed) end
    return
  end
  if b.alert then b.alert.place = alert.place(e, fired) end
  composite.climb(e, fired, as_of)
  if over and s.kind.rooted then firing.emit(e, firing.of_end(fired, over)) end
end

local function lacks(s, b)
  if s.kind.rich then return not tally.enough(s, b) end
  return b.count < s.threshold
end

-- at: the time it is settled with; as_of: that of the settlement.
function M.settle(e, s, b, at, as_of)
  local trigger, fired, over, placed = engine.trigger(e, s.name), nil, false, false
  if b.keep and b.finish > b.keep then
    window.close(s, b)
    return window.save(e, s, b)
  end
  if lacks(s, b) and not (trigger.once and b.silent == 1) then
    local event = latest.event(e, s, b)
    placed = not s.kind.rooted and alert.placed(e, s, b)
    fired = firing.of_absence(trigger, b, event)
    if s.kind.rich then tally.attach(e, s, b, fired, b.extra.collected or {}, b.extra.counted) end
    alert.set(s, b, s.kind.valued and 1 or s.threshold - b.count, event)
    if s.kind.rooted and trigger.shadow then b.alert.shadow = 1 end
    over = over_already(e, s, b, b.finish, as_of)
    if over then alert.forget(s, b) elseif s.kind.rich then remind.start(e, s, b, fired, as_of) end
    b.silent = s.kind.standing and 1
  end
  follow(s, b, at)
  if fired then tell(e, s, b, fired, over, as_of, placed) end
  window.save(e, s, b)
end

return M
