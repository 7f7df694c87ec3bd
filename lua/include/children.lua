-- The child firings a composite has stored (rules 9), one hash for each group: `index` says of each child when it
-- fired, and the field of that child is its document. Documents can be large and are only read when the composite fires.
local due = include('due')

local M = {}

-- A line of the index: child, time, application number, keep_until.
local LINE = '^(%S+) (%-?%d+) (%d+) (%-?%d+)$'

-- What a composite has stored for one group. What is stored of a child that was changed counts no more (rules 13).
function M.read(e, c, group)
  local name = e.prefixes.composite .. c.name .. ':' .. group
  local index = redis.call('HGET', name, 'index')
  local g = --[[group]] {
    composite = c, key = group, name = name,
    stored = {}, -- child -> { time, number, keep } and either its line of the index or its document
    gone = {}, -- children whose documents have to be removed
    fresh = not index, -- whether nothing at all is stored yet
    indexed = false, -- ms: the deadline that the index of deadlines has; false: none that can be relied on
  }
  for line in (index or ''):gmatch('[^\n]+') do
    local child, time, number, keep = line:match(LINE)
    local s = { time = tonumber(time), number = tonumber(number), keep = tonumber(keep), line = line }
    if c.known[child] then
      g.stored[child] = s
      if not g.indexed or s.keep < g.indexed then g.indexed = s.keep end
    else
      g.gone[#g.gone + 1] = child
    end
  end
  return g
end

-- Drops what is over at as_of and what is older than oldest.
function M.drop(g, as_of, oldest)
  for child, s in pairs(g.stored) do
    if s.keep <= as_of or s.time < oldest then
      g.stored[child], g.gone[#g.gone + 1] = nil, child
    end
  end
end

-- Writes what changed. The place in the deadlines is only ever brought forward; a place that comes up too early is corrected then.
-- A child that was dropped a moment ago may be stored anew, so fields are removed before others are written.
function M.write(e, g)
  local c, lines, fields, earliest = g.composite, {}, {}, math.huge
  if not next(g.stored) then
    if g.fresh then return end
    redis.call('DEL', g.name)
    return due.correct(e, c.name, g.key, false)
  end
  for child, s in pairs(g.stored) do
    lines[#lines + 1] = s.line or string.format('%s %d %d %d', child, s.time, s.number, s.keep)
    if s.document then fields[#fields + 1], fields[#fields + 2] = child, s.document end
    if s.keep < earliest then earliest = s.keep end
  end
  if #g.gone > 0 then redis.call('HDEL', g.name, unpack(g.gone)) end
  redis.call('HSET', g.name, 'index', table.concat(lines, '\n'), unpack(fields))
  if not g.indexed or earliest < g.indexed then due.schedule(e, c.name, g.key, earliest) end
end

-- Removes what is over at `as_of`; what remains gets its place in the deadlines.
function M.forget(e, c, group, as_of)
  local g = M.read(e, c, group)
  if g.fresh then return due.correct(e, c.name, group, false) end -- others removed the hash
  M.drop(g, as_of, -math.huge)
  g.indexed = false
  M.write(e, g)
end

-- The documents of all that is stored, in declared order.
function M.documents(g)
  local documents = {}
  for _, child in ipairs(g.composite.children) do
    local s = g.stored[child]
    if s then documents[#documents + 1] = s.document or redis.call('HGET', g.name, child) end
  end
  return documents
end

return M
