-- The child firings a composite has stored (rules 9), one hash for each group: `index` says of each child when it
-- fired, and the field of that child is its document. Documents can be large and are only read when the composite fires.
local damage = include('damage')
local due = include('due')
local quota = include('quota')
local state = include('state')
local typed = include('typed')

local M = {}

-- A line of the index: child, time, application number, keep_until.
local LINE = '^(%S+) (%-?%d+) (%d+) (%-?%d+)$'

-- What is stored of a child that was changed counts no more (rules 13).
local function read(e, c, group)
  local name = e.prefixes.composite .. c.name .. ':' .. group
  local index = typed.hash('HGET', name, 'index')
  local g = --[[group]] {
    composite = c, state = state.of(e, c.name, c), key = group, name = name,
    stored = {}, -- child -> { time, number, keep } and either its line of the index or its document
    gone = {}, -- children whose documents have to be removed
    fresh = not index, -- whether nothing at all is stored
    emptied = false, -- whether nothing of what Redis holds is left
    indexed = false, -- ms: the deadline that the index of deadlines has; false: none that can be relied on
    touched = false, -- whether it is among the changed
  }
  for line in (index or ''):gmatch('[^\n]+') do
    local child, time, number, keep = line:match(LINE)
    if c.known[child] then
      g.stored[child] = { time = tonumber(time), number = tonumber(number), keep = tonumber(keep), line = line }
      if not g.indexed or tonumber(keep) < g.indexed then g.indexed = tonumber(keep) end
    else
      g.gone[#g.gone + 1] = child
    end
  end
  return g
end

function M.read(e, c, group)
  local groups = e.groups[c.name] or {}
  e.groups[c.name] = groups
  groups[group] = groups[group] or read(e, c, group)
  return groups[group]
end

-- Drops what is over at as_of and what is older than oldest.
function M.drop(g, as_of, oldest)
  for child, s in pairs(g.stored) do
    if s.keep <= as_of or s.time < oldest then
      g.stored[child], g.gone[#g.gone + 1] = nil, child
    end
  end
end

-- Notes what changed. The place in the deadlines is only ever brought forward; a place that comes up too early is corrected then.
function M.save(e, g)
  local s, earliest = g.state, math.huge
  if not next(g.stored) then
    if g.fresh then return end
    g.fresh, g.emptied, g.indexed = true, true, false
    quota.add(e, s.name, -1)
    due.set(e, s, g.key, false)
  else
    for _, child in pairs(g.stored) do earliest = math.min(earliest, child.keep) end
    if g.fresh then quota.add(e, s.name, 1) end
    g.fresh = false
    if not g.indexed or earliest < g.indexed then
      g.indexed = earliest
      due.set(e, s, g.key, earliest)
    end
  end
  if not g.touched then
    g.touched, e.changed_groups[#e.changed_groups + 1] = true, g
  end
end

-- Removes what is over at `as_of`; what remains gets its place in the deadlines.
function M.forget(e, c, group, as_of)
  local g = M.read(e, c, group)
  if g.fresh then
    if g.touched then return end
    quota.add(e, g.state.name, -1) -- others removed the hash
    damage.lost(e, e.prefixes.composite .. c.name .. ':*', 'was deleted: what its children reported is lost')
    return due.set(e, g.state, group, false)
  end
  M.drop(g, as_of, -math.huge)
  g.indexed = false
  M.save(e, g)
end

-- The document of a child firing that is stored.
function M.document(g, child)
  return g.stored[child].document or redis.call('HGET', g.name, child)
end

-- The documents of everything that is stored, in declared order, and the times.
function M.documents(g)
  local documents, times = {}, {}
  for _, child in ipairs(g.composite.children) do
    if g.stored[child] then documents[#documents + 1], times[#times + 1] = M.document(g, child), g.stored[child].time end
  end
  return documents, times
end

-- Writes a group: what was dropped goes before what is stored anew under the same child.
function M.write(g)
  local lines, fields = {}, {}
  if g.emptied or g.fresh then redis.call('DEL', g.name) elseif #g.gone > 0 then redis.call('HDEL', g.name, unpack(g.gone)) end
  if g.fresh then return end
  for child, s in pairs(g.stored) do
    lines[#lines + 1] = s.line or string.format('%s %d %d %d', child, s.time, s.number, s.keep)
    if s.document then fields[#fields + 1], fields[#fields + 2] = child, s.document end
  end
  redis.call('HSET', g.name, 'index', table.concat(lines, '\n'), unpack(fields))
end

return M
