-- Rules 9: what a compound or a sequence does with the firings of its children.
local children = include('children')
local engine = include('engine')
local firing = include('firing')
local group = include('group')
local quota = include('quota')
local key = include('key')

local M = {}

-- The key of the composite's for_each, looked up on the event of the child firing.
local function group_of(c, f)
  return #c.names == 0 and '' or key.of_document(f.doc, c.names)
end

-- received: firings of children, of one event in declared order. Answers the firing of the composite, or nil.
function M.receive(e, c, received, as_of)
  local place, completing = group_of(c, received[1]), nil
  if c.needed == 1 then return firing.of_children(c, place, received[1], { firing.document(received[1]) }) end
  local g = children.read(e, c, place)
  children.drop(g, as_of, -math.huge)
  if c.within then received = group.timely(g, received, as_of) end
  if c.type == 'sequence' and #received > 1 then received = { group.next_step(g, received) } end
  for _, f in ipairs(received) do
    if group.store(g, f, as_of) then completing = f end
  end
  local documents = completing and group.ready(g) and children.documents(g)
  if g.fresh and not documents and quota.refuses(e, c.name) then return nil end
  if documents then g.stored = {} end
  children.write(e, g)
  return documents and firing.of_children(c, place, completing, documents) or nil
end

-- A firing goes up from where it happened; at the root it leaves.
function M.climb(e, f, as_of)
  while f and f.trigger.parent ~= '' do
    f = M.receive(e, engine.trigger(e, f.trigger.parent), { f }, as_of)
  end
  if f then firing.emit(e, f) end
end

return M
