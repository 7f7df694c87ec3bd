-- The steps of rules 9 on what a composite has stored for one group.
local children = include('children')
local firing = include('firing')
local limits = include('limits')

local M = {}

local KEEP_MS, KEEP_UNLIMITED_MS = limits.KEEP_MS, limits.KEEP_UNLIMITED_MS

-- How many leading children are stored in order of time; equal times in order of application.
function M.progress(g)
  local before
  for i, child in ipairs(g.composite.children) do
    local s = g.stored[child]
    if not s or before and (s.time < before.time or s.time == before.time and s.number < before.number) then
      return i - 1
    end
    before = s
  end
  return #g.composite.children
end

-- The received firing that a sequence keeps: that of the next step, else the first.
function M.next_step(g, received)
  local step = g.composite.children[M.progress(g) + 1]
  for _, f in ipairs(received) do
    if f.trigger.child == step then return f end
  end
  return received[1]
end

-- What is not too old for the newest of all, stored or received: the rest is dropped from both.
function M.timely(g, received, as_of)
  local newest, fresh = -math.huge, {}
  for _, s in pairs(g.stored) do newest = math.max(newest, s.time) end
  for _, f in ipairs(received) do newest = math.max(newest, f.time) end
  local oldest = newest - g.composite.within
  children.drop(g, as_of, oldest)
  for _, f in ipairs(received) do
    if f.time >= oldest then fresh[#fresh + 1] = f end
  end
  return fresh
end

-- Keeps a child firing, unless a newer one of the same child is there. Answers whether it did.
function M.store(g, f, as_of)
  local within, old, last = g.composite.within, g.stored[f.trigger.child], 0
  if old and old.time > f.time then return false end
  for _, s in pairs(g.stored) do last = math.max(last, s.number) end
  local keep = within and math.max(f.time + within, as_of) + KEEP_MS or math.max(f.time, as_of) + KEEP_UNLIMITED_MS
  g.stored[f.trigger.child] = { time = f.time, number = last + 1, keep = keep, document = firing.document(f) }
  return true
end

function M.ready(g)
  local c, present = g.composite, 0
  if c.type == 'sequence' then return M.progress(g) == #c.children end
  for _ in pairs(g.stored) do present = present + 1 end
  return present >= c.needed
end

return M
