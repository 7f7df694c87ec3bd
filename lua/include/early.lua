-- Rules 6, `early`: when events of a key that were expected happened, remembered for arming events that come behind them.
-- How they are kept: remembered.lua.
local engine = include('engine')
local limits = include('limits')
local reached = include('reached')
local remembered = include('remembered')
local state = include('state')
local typed = include('typed')

local M = {}

local NONE = {}
local SPAN, MOST = limits.EARLY_SPAN_MS, limits.EARLY_TIMES

local function memory_ms(e)
  return engine.settings(e).early_ms
end

-- Reads the times of those keys that nothing is known of; asked: ms.
local function read_all(e, s, keys, asked)
  local unknown = {}
  for _, key in ipairs(keys) do
    if s.early[key] == nil then unknown[#unknown + 1], s.early[key] = key, false end
  end
  local last = math.floor((asked + reached.most_behind(e.fed)) / SPAN)
  for span = math.floor((asked - engine.settings(e).early_ms) / SPAN), last do
    for from = 1, remembered.has(e, s, span) and #unknown or 0, limits.SLICE do
      local to = math.min(#unknown, from + limits.SLICE - 1)
      for i, text in ipairs(remembered.texts(e, s, span, { unpack(unknown, from, to) })) do
        if text then s.early[unknown[from + i - 1]] = remembered.read(text, span) end
      end
    end
  end
end

local function is_empty(e)
  if e.anybody_remembers == 'unknown' then e.anybody_remembers = typed.check(e.keys.early, 'zset') end
  return not e.anybody_remembers
end

-- What is remembered of a key, or false; asked: the as_of, or the deadline of a settlement, in ms.
local function of(e, s, key, asked)
  if not s.kind.early or memory_ms(e) == 0 then return false end
  s.early = s.early or {}
  local known = s.early[key]
  if known == nil then
    local wanted = s.wanted or {}
    s.wanted, wanted[#wanted + 1] = false, key
    if is_empty(e) then return false end
    read_all(e, s, wanted, asked)
    known = s.early[key]
  end
  if not known then return false end
  if type(known) == 'string' then
    known = remembered.read(known, s.fresh_span)
    s.early[key] = known
  end
  if math.max(asked, e.settled) >= known.latest + memory_ms(e) then s.early[key] = false end
  return s.early[key]
end

-- The times of a key in [from, to), in order; not to be changed. asked: as above.
function M.times(e, s, key, asked, from, to)
  local known = of(e, s, key, asked)
  if not known then return NONE end
  local found = {}
  for _, time in ipairs(known.times) do
    if time >= from and time < to then found[#found + 1] = time end
  end
  return found
end

-- Of the times in one span of the window's length only the first and the last that can satisfy a window are needed.
local function thin(times, t, s)
  local most, start = math.max(s.threshold, 1), t - t % s.within
  local first, count = nil, 0
  for i, time in ipairs(times) do
    if time >= start and time < start + s.within then first, count = first or i, count + 1 end
  end
  if count > 2 * most then table.remove(times, first + most) end
  if #times > MOST then table.remove(times, 1) end
end

-- Forgets the times of a key.
function M.forget(e, s, key)
  if not s.kind.early then return end
  local last = math.floor((e.as_of + reached.most_behind(e.fed)) / SPAN)
  for span = math.floor((e.as_of - memory_ms(e)) / SPAN), last do
    if remembered.has(e, s, span) then remembered.forget(e, s, span, key) end
  end
end

-- Puts a time into a list.
local function add(known, t, s)
  local at = #known.times + 1
  while at > 1 and known.times[at - 1] > t do at = at - 1 end
  table.insert(known.times, at, t)
  thin(known.times, t, s)
end

-- Remembers when an expected event of a key happened. Most keys have one such event: then its text is all that is made of it.
function M.put(e, s, key, t, as_of)
  if not s.kind.early or memory_ms(e) == 0 then return end
  local known, latest = of(e, s, key, as_of), t > as_of and t or as_of
  state.touch(e, s)
  s.remembers = s.remembers or {}
  local span = math.floor(latest / SPAN)
  s.fresh_span = s.fresh_span or span
  if not known and s.fresh_span == span then
    local text, flat = remembered.text_of_one(t, latest, span), s.remembers
    s.early[key], flat[#flat + 1], flat[#flat + 2] = text, key, text
    return
  end
  known = known or --[[remembered times]] { times = {}, latest = latest, changed = true }
  add(known, t, s)
  if latest > known.latest then known.latest = latest end
  known.changed, s.early[key] = true, known
end

return M
