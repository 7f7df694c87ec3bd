-- The child firings a composite has stored (semantics 9), one hash for each group.
local due = include('due')
local engine = include('engine')
local firing = include('firing')

local M = {}

local KEEP_MS = 60 * 1000 -- semantics 1: how long an outdated child firing is kept
local KEEP_UNLIMITED_MS = 24 * 3600 * 1000 -- semantics 1: the same without `within`

-- A stored child firing is the text [time,number,keep_until,document].
-- Answers them by child, the name of the hash, and whether it is empty.
-- order: the children as they are now; what is stored of a child that was changed counts no more (semantics 13).
function M.read(e, c, group, order)
  local stored, name, texts = {}, e.prefixes.composite .. c.name .. ':' .. group, {}
  local flat = redis.call('HGETALL', name)
  for i = 1, #flat, 2 do texts[flat[i]] = flat[i + 1] end
  for _, child in ipairs(order) do
    if texts[child] then
      local time, number, keep, document = texts[child]:match('^%[(%-?%d+),(%d+),(%-?%d+),(.*)%]$')
      stored[child] = { time = tonumber(time), number = tonumber(number), keep = tonumber(keep), document = document }
    end
  end
  return stored, name, #flat == 0
end

function M.write(e, c, group, name, stored)
  redis.call('DEL', name)
  local earliest
  for child, s in pairs(stored) do
    redis.call('HSET', name, child, '[' .. engine.int(s.time) .. ',' .. s.number .. ',' .. engine.int(s.keep) .. ',' .. s.document .. ']')
    earliest = math.min(earliest or s.keep, s.keep)
  end
  if not earliest then return due.correct(e, c.name, group, nil) end
  due.schedule(e, c.name, group, earliest)
end

function M.drop(stored, outdated)
  for child, s in pairs(stored) do
    if outdated(s) then stored[child] = nil end
  end
end

-- Removes what is over at `as_of`; what remains gets its place in the index.
function M.forget(e, c, group, as_of)
  local stored, name = M.read(e, c, group, cjson.decode(c.children))
  M.drop(stored, function(s) return s.keep <= as_of end)
  M.write(e, c, group, name, stored)
end

-- How many leading children are stored in order of time; equal times in order of application.
function M.progress(order, stored)
  local before
  for i, child in ipairs(order) do
    local s = stored[child]
    if not s or before and (s.time < before.time or s.time == before.time and s.number < before.number) then
      return i - 1
    end
    before = s
  end
  return #order
end

-- Keeps a child firing, unless a newer one of the same child is there. Answers whether it did.
function M.store(stored, c, f, as_of)
  local old, last = stored[f.trigger.child], 0
  if old and old.time > f.time then return false end
  for _, s in pairs(stored) do last = math.max(last, s.number) end
  local keep = c.within and math.max(f.time + c.within, as_of) + KEEP_MS or math.max(f.time, as_of) + KEEP_UNLIMITED_MS
  stored[f.trigger.child] = { time = f.time, number = last + 1, keep = keep, document = firing.document(f) }
  return true
end

return M
