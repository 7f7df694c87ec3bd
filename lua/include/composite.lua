-- Semantics 9: what a compound or a sequence does with the firings of its children.
local children = include('children')
local engine = include('engine')
local firing = include('firing')
local held = include('held')
local key = include('key')

local M = {}

-- The key of the composite's for_each, looked up on the event of the child firing.
local function group_of(c, f)
  local names = cjson.decode(c.names)
  return #names == 0 and '' or key.of_document(f.doc, names)
end

-- The received firing that a sequence keeps: that of the next step, else the first.
local function next_step(order, stored, received)
  local step = order[children.progress(order, stored) + 1]
  for _, f in ipairs(received) do
    if f.trigger.child == step then return f end
  end
  return received[1]
end

-- received: firings of children, of one event in declared order. Answers the firing of the composite, or nil.
function M.receive(e, c, received, as_of)
  local group, order, completing = group_of(c, received[1]), cjson.decode(c.children), nil
  if c.needed == 1 then return firing.of_children(c, group, received[1], { firing.document(received[1]) }) end
  local stored, name, fresh = children.read(e, c, group, order)
  children.drop(stored, function(s) return s.keep <= as_of end)
  if c.within then
    local newest = -math.huge
    for _, s in pairs(stored) do newest = math.max(newest, s.time) end
    for _, f in ipairs(received) do newest = math.max(newest, f.time) end
    children.drop(stored, function(s) return s.time < newest - c.within end)
    local fresh = {}
    for _, f in ipairs(received) do
      if f.time >= newest - c.within then fresh[#fresh + 1] = f end
    end
    received = fresh
  end
  if c.type == 'sequence' and #received > 1 then received = { next_step(order, stored, received) } end
  for _, f in ipairs(received) do
    if children.store(stored, c, f, as_of) then completing = f end
  end
  local documents, present = {}, 0
  for _, child in ipairs(order) do
    if stored[child] then
      present = present + 1
      documents[present] = stored[child].document
    end
  end
  local ready = completing and present >= c.needed and (c.type ~= 'sequence' or children.progress(order, stored) == #order)
  if fresh and not ready and held.refuses(e, c.name) then return nil end
  children.write(e, c, group, name, ready and {} or stored)
  return ready and firing.of_children(c, group, completing, documents) or nil
end

-- A firing goes up from where it happened; at the root it leaves.
function M.climb(e, f, as_of)
  while f and f.trigger.parent ~= '' do
    f = M.receive(e, engine.trigger(e, f.trigger.parent), { f }, as_of)
  end
  if f then firing.emit(e, f) end
end

return M
