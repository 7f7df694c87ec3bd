-- Rules 17.3: a sliding window keeps its events, and fires as soon as enough of them lie close together.
local engine = include('engine')
local extra = include('extra')
local firing = include('firing')
local limits = include('limits')
local quota = include('quota')
local story = include('story')
local tally = include('tally')

local M = {}

-- Notes that the record of a key changed: all of it is remembered until one time.
function M.touch(s, x, as_of)
  local last = x.list and x.list[#x.list]
  local at = math.max(last and last.time + s.within or as_of, x.floor or as_of, x.quiet or as_of, as_of) + limits.KEEP_MS
  x.list, x.list_until = x.list or {}, at
  if x.floor then x.floor_until = at end
  if x.quiet then x.quiet_until = at end
end

-- What happened before `time` is late from now on, and nothing counts that came so far.
function M.empty(s, x, time, as_of)
  tally.clear(x)
  x.floor = math.max(x.floor or time, time)
  M.touch(s, x, as_of)
end

-- The place of a value in the list, or nil.
local function place_of(list, value)
  for i, one in ipairs(list) do
    if one.value == value then return i end
  end
end

local function insert(list, one)
  local at = #list + 1
  while at > 1 and list[at - 1].time > one.time do at = at - 1 end
  table.insert(list, at, one)
end

-- Puts the event into the list. Answers whether it lies too far behind the newest.
local function put(s, x, ev, collects)
  local list, one = x.list or {}, { time = ev.t, number = 0, bytes = 0, value = s.kind.distinct and ev.value or '' }
  local old = s.kind.distinct and place_of(list, one.value)
  x.list = list
  if old and list[old].time >= ev.t then return false end
  if old then tally.drop(x, table.remove(list, old)) end
  x.numbered = x.numbered + 1
  one.number = x.numbered
  if collects then x.documents[one.number], one.bytes = ev.doc, #ev.doc end
  insert(list, one)
  local newest = list[#list].time
  while list[1].time <= newest - s.within do tally.drop(x, table.remove(list, 1)) end
  return one.time <= newest - s.within
end

-- The list in the order in which its events were applied.
local function by_number(list)
  local sorted = { unpack(list) }
  table.sort(sorted, function(a, b) return a.number < b.number end)
  return sorted
end

-- The event is expected, and neither cooling nor below the floor. Answers the word, and the firing or nil.
function M.apply(e, s, b, ev)
  local x, options = b.extra, engine.options(e, s)
  if not b.kept and quota.refuses(e, s.name) then return 'over-limit' end
  if put(s, x, ev, options.collect) then return 'late' end
  if options.collect then tally.bound(x, by_number(x.list), math.huge) end
  if #x.list < s.threshold then
    M.touch(s, x, ev.as_of)
    return 'counted'
  end
  local newest, fired = x.list[#x.list].time, firing.of_event(e, s.name, b.key, ev, story.of_list(s, x.list))
  if options.collect then tally.attach(e, s, b, fired, by_number(x.list), #x.list) end
  if options.cooldown then x.quiet = newest + options.cooldown end
  M.empty(s, x, newest, ev.as_of)
  return 'fired', fired
end

return M
