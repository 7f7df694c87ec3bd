-- The last phase of a call: what was decided becomes commands, after check.lua has asked whether all of them can work.
local alert = include('alert')
local check = include('check')
local children = include('children')
local counts = include('counts')
local due = include('due')
local engine = include('engine')
local limits = include('limits')
local own = include('own')
local remembered = include('remembered')
local seen = include('seen')
local sources = include('sources')
local window = include('window')

local M = {}

local SLICE = limits.SLICE

-- Calls a command for a flat list, some thousand values at a time.
local function sliced(command, key, list)
  for from = 1, #list, 2 * SLICE do redis.call(command, key, unpack(list, from, math.min(#list, from + 2 * SLICE - 1))) end
end

-- The windows of a trigger that changed, and the events that absences would report.
local function write_windows(e, s)
  local b, set, gone, last_set, last_gone = s.changed, {}, {}, {}, {}
  repeat
    local key = b.key
    if b.kept then set[#set + 1], set[#set + 2] = key, window.text(s, b) else gone[#gone + 1] = key end
    if s.kind.proactive and b.start and b.last then
      last_set[#last_set + 1], last_set[#last_set + 2] = key, b.last
    elseif s.kind.proactive and not b.start then
      last_gone[#last_gone + 1] = key
    end
    if s.kind.whole then alert.fields(b, last_set, last_gone) end
    b = b.next
  until b == true
  if set[1] then sliced('HSET', window.hash(e, s), set) end
  if gone[1] then sliced('HDEL', window.hash(e, s), gone) end
  if last_gone[1] then sliced('HDEL', e.prefixes.last .. s.name, last_gone) end
  if last_set[1] then sliced('HSET', e.prefixes.last .. s.name, last_set) end
end

-- The places of a trigger's keys in the deadlines, and its own among the triggers. triggers: flat list of the latter.
local function write_deadlines(e, s, triggers)
  local d, key, set, gone, earliest = s.deadlines, due.key(e, s), {}, {}, math.huge
  for member, at in pairs(d.places) do
    if at then
      set[#set + 1], set[#set + 2] = engine.int(at), member
      if at < earliest then earliest = at end
    else
      gone[#gone + 1] = member
    end
  end
  if set[1] then sliced('ZADD', key, set) end
  if gone[1] then sliced('ZREM', key, gone) end
  if not d.visited then
    if set[1] then triggers[#triggers + 1], triggers[#triggers + 2] = engine.int(earliest), s.name end
    return
  end
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[1] then redis.call('ZADD', e.keys.due, first[2], s.name) else redis.call('ZREM', e.keys.due, s.name) end
  e.revisit = true
end

local function write_states(e)
  local triggers = {}
  for _, s in ipairs(e.touched) do
    local b = s.changed
    if b and b.next == true and b.kept and not s.kind.whole then
      redis.call('HSET', window.hash(e, s), b.key, window.text(s, b)) -- of most triggers: one window, whose count changed
    elseif b then
      write_windows(e, s)
    end
    if s.deadlines then write_deadlines(e, s, triggers) end
    if s.remembers then remembered.write(e, s) end
  end
  for _, group in ipairs(e.changed_groups) do children.write(group) end
  for from = 1, #triggers, 2 * SLICE do
    redis.call('ZADD', e.keys.due, 'LT', unpack(triggers, from, math.min(#triggers, from + 2 * SLICE - 1)))
  end
end

-- The engine's own entries of the log. They come first: a log whose last id is the largest takes none, and then nothing is written.
local function append(e)
  for _, command in ipairs(e.commands) do
    if command.own then own.mark(e.keys, redis.call(unpack(command))) end
  end
end

-- Writes everything. Behind `append` nothing may fail.
function M.all(e)
  check.all(e)
  append(e)
  local keys = e.keys
  if e.position ~= e.stored_position then
    redis.call('SET', keys.position, e.position)
    redis.call('HSET', keys.clock, 'position', e.position) -- a copy, for when the key is lost (position.lua)
    if e.position_at then redis.call('HSET', keys.clock, 'at', engine.int(e.position_at)) end
    if e.stored_at and not e.position_at then redis.call('HDEL', keys.clock, 'at') end
  end
  if e.clock_moved then redis.call('HSET', keys.clock, 'newest', engine.int(e.newest), 'arrival', engine.int(e.arrival), 'settled', engine.int(e.settled)) end
  if e.left ~= e.unfinished then
    if e.left then redis.call('HSET', keys.clock, 'unfinished', e.left) else redis.call('HDEL', keys.clock, 'unfinished') end
    e.unfinished = e.left
  end
  sources.write(e)
  seen.write(e)
  write_states(e)
  for _, command in ipairs(e.commands) do
    if not command.own then redis.call(unpack(command)) end
  end
  if e.claimed then own.forget(keys, e.position, e.forwarded) end
  counts.write(e)
  if e.revisit then e.head = tonumber(redis.call('ZRANGE', keys.due, 0, 0, 'WITHSCORES')[2]) or math.huge end
end

return M
