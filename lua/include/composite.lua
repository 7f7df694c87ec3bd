-- Rules 9: what a compound or a sequence does with the firings of its children.
local children = include('children')
local engine = include('engine')
local firing = include('firing')
local key = include('key')
local limits = include('limits')
local quota = include('quota')
local told = include('told')

local M = {}

local KEEP_MS, KEEP_UNLIMITED_MS = limits.KEEP_MS, limits.KEEP_UNLIMITED_MS

-- How many leading children are stored in order of time; equal times in order of application.
local function progress(g)
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
local function next_step(g, received)
  local step = g.composite.children[progress(g) + 1]
  for _, f in ipairs(received) do
    if f.trigger.child == step then return f end
  end
  return received[1]
end

-- What is not too old for the newest of all, stored or received: the rest is dropped from both.
local function timely(g, received, as_of)
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
local function store(e, g, f, as_of)
  local within, old, last = g.composite.within, g.stored[f.trigger.child], 0
  if old and old.time > f.time then return false end
  for _, s in pairs(g.stored) do last = math.max(last, s.number) end
  local keep = within and math.max(f.time + within, as_of) + KEEP_MS or math.max(f.time, as_of) + KEEP_UNLIMITED_MS
  g.stored[f.trigger.child] = { time = f.time, number = last + 1, keep = keep, document = told.document(e, f) }
  return true
end

local function ready(g)
  local c, present = g.composite, 0
  if c.type == 'sequence' then return progress(g) == #c.children end
  for _ in pairs(g.stored) do present = present + 1 end
  return present >= c.needed
end

-- The key of the composite's for_each, looked up on the event of the child firing.
function M.group_of(c, f)
  return #c.names == 0 and '' or key.of_document(f.doc, c.names)
end

-- received: firings of children, of one event in declared order. Answers the firing of the composite, or nil.
function M.receive(e, c, received, as_of)
  local place, completing = M.group_of(c, received[1]), nil
  local first = received[1]
  if c.needed == 1 then return firing.of_children(c, place, first, { told.document(e, first) }, { first.time }) end
  local g = children.read(e, c, place)
  children.drop(g, as_of, -math.huge)
  if c.within then received = timely(g, received, as_of) end
  if c.type == 'sequence' and #received > 1 then received = { next_step(g, received) } end
  for _, f in ipairs(received) do
    if store(e, g, f, as_of) then completing = f end
  end
  local documents, times = nil, nil
  if completing and ready(g) then documents, times = children.documents(g) end
  if g.fresh and not documents and quota.refuses(e, c.name) then
    g.stored = {}
    return nil
  end
  if documents then g.stored = {} end
  children.save(e, g)
  return documents and firing.of_children(c, place, completing, documents, times) or nil
end

-- Rules 17.9: an event empties its group of what happened at or before it. Answers the word.
function M.empty(e, c, group, t)
  if c.needed == 1 then return 'idle' end
  local g = children.read(e, c, group)
  local before = #g.gone
  for child, s in pairs(g.stored) do
    if s.time <= t then g.stored[child], g.gone[#g.gone + 1] = nil, child end
  end
  if #g.gone == before then return 'idle' end
  children.save(e, g)
  return 'reset'
end

-- A firing goes up from where it happened; at the root it leaves.
function M.climb(e, f, as_of)
  while f and f.trigger.parent ~= '' do
    f = M.receive(e, engine.trigger(e, f.trigger.parent), { f }, as_of)
  end
  if f then firing.emit(e, f) end
end

return M
