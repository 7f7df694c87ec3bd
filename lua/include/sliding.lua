-- Rules 17.3: a sliding window keeps its events, and fires as soon as enough of them lie close together.
local document = include('document')
local engine = include('engine')
local extra = include('extra')
local firing = include('firing')
local limits = include('limits')
local list = include('list')
local quota = include('quota')
local story = include('story')
local tally = include('tally')

local M = {}

-- Notes that the record of a key changed: all of it is remembered until one time. newest: time of its newest event, or nil.
-- A quiet time that is over is not kept any longer by it: of a disabled automation nothing was forgotten meanwhile.
local function touch(s, x, newest, as_of)
  local at = as_of
  if x.quiet and x.quiet_until <= as_of then extra.remember(x, 'quiet', false, false) end
  if newest and newest + s.within > at then at = newest + s.within end
  if x.floor and x.floor > at then at = x.floor end
  if x.quiet and x.quiet > at then at = x.quiet end
  at = at + limits.KEEP_MS
  x.list_until, x.wakes = at, false
  if x.floor then x.floor_until = at end
  if x.quiet then x.quiet_until = at end
end

-- What happened before `time` is late from now on, and nothing counts that came so far.
function M.empty(s, x, time, as_of)
  x.list_until = x.list_until or as_of -- an empty list begins, where there was none
  tally.clear(x)
  x.floor = math.max(x.floor or time, time)
  touch(s, x, nil, as_of)
end

-- The place of a value in the list, or nil.
local function place_of(events, value)
  for i, one in ipairs(events) do
    if one.value == value then return i end
  end
end

local function insert(events, one)
  local at = #events + 1
  while at > 1 and events[at - 1].time > one.time do at = at - 1 end
  table.insert(events, at, one)
end

-- Puts the event into the list. Answers whether it lies too far behind the newest.
local function put(s, x, ev, collects)
  local events, one, old = list.of(x) or {}, list.item(ev.t), nil
  if s.kind.distinct then
    one.value = ev.value
    old = place_of(events, ev.value)
  end
  x.list = events
  if old and events[old].time >= ev.t then return ev.t <= events[#events].time - s.within end
  if old then tally.drop(x, table.remove(events, old)) end
  if collects then
    local kept = tally.keep(x, document.of(ev))
    one.number, one.bytes = kept.number, kept.bytes
  end
  insert(events, one)
  local newest = events[#events].time
  while events[1].time <= newest - s.within do tally.drop(x, table.remove(events, 1)) end
  return one.time <= newest - s.within
end

-- The list in the order in which its events were applied.
local function by_number(events)
  local sorted = { unpack(events) }
  table.sort(sorted, function(a, b) return a.number < b.number end)
  return sorted
end

-- The event becomes one of the list. Answers how many it has, and the time of the newest; nil: it lies too far behind that one.
local function add(s, x, ev, collects)
  local count = not collects and not s.kind.distinct and list.append(x, ev.t, s.within)
  if count then return count, ev.t end
  if put(s, x, ev, collects) then return nil end
  if collects then tally.bound(x, by_number(x.list), math.huge) end
  return #x.list, x.list[#x.list].time
end

-- The event is expected, and neither cooling nor below the floor. Answers the word, and the firing or nil.
function M.apply(e, s, b, ev)
  local x, options = b.extra, engine.options(e, s)
  if not b.kept and quota.refuses(e, s.name) then return 'over-limit' end
  local count, newest = add(s, x, ev, options.collect)
  if not count then return 'late' end
  if count < s.threshold then
    touch(s, x, newest, ev.as_of)
    return 'counted'
  end
  local fired = firing.of_event(e, s.name, b.key, ev, story.of_list(s, list.of(x)))
  if options.collect then tally.attach(e, s, b, fired, by_number(x.list), count) end
  if options.cooldown then extra.remember(x, 'quiet', newest + options.cooldown, math.huge) end
  M.empty(s, x, newest, ev.as_of)
  return 'fired', fired
end

return M
