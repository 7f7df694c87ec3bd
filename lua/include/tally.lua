-- Rules 17.2 and 17.8: what an expected event adds to the window of its key, and the documents that are collected of it.
local document = include('document')
local engine = include('engine')
local limits = include('limits')
local list = include('list')

local M = {}

local DOCUMENT = '\4' -- begins the field of a collected document (alert.lua)

function M.field(number, key)
  return DOCUMENT .. engine.int(number) .. ' ' .. key
end

-- Lets go of a document.
function M.drop(x, one)
  if one.bytes == 0 then return end
  if x.documents and x.documents[one.number] then
    x.documents[one.number] = nil
  else
    x.gone = x.gone or {}
    x.gone[#x.gone + 1] = one.number
  end
  one.bytes, one.text = 0, false
end

-- The window of a key begins or ends: what was counted into it goes.
function M.clear(x)
  if not next(x) then return end
  for _, one in ipairs(x.collected or {}) do M.drop(x, one) end
  for _, one in ipairs(x.list or {}) do M.drop(x, one) end
  x.values, x.counted, x.collected, x.idle = nil, nil, nil, nil
  if x.list_until then list.clear(x) end
end

-- Keeps a document for the firing; answers { number, bytes }.
function M.keep(x, document)
  x.numbered, x.documents = x.numbered + 1, x.documents or {}
  x.documents[x.numbered] = document
  return { number = x.numbered, bytes = #document }
end

-- Holds what is collected to its bounds: the oldest go first. list: by age.
function M.bound(x, list, most)
  local bytes, kept = 0, 0
  for i = #list, 1, -1 do
    bytes, kept = bytes + list[i].bytes, kept + 1
    if kept > most or bytes > limits.COLLECTED_BYTES then M.drop(x, list[i]) end
  end
end

local function collect(x, ev, most)
  x.counted = x.counted + 1
  if most == 0 then return end
  local list = x.collected or {}
  list[#list + 1] = M.keep(x, document.of(ev))
  M.bound(x, list, most)
  while list[1] and list[1].bytes == 0 do table.remove(list, 1) end
  x.collected = list
end

-- R8, P8 of a trigger that uses rules 17.
local function add(e, s, b, ev, opened)
  local x, kind = b.extra, s.kind
  if kind.summed then
    if opened then return end
    b.count = b.count + ev.value
  elseif kind.distinct then
    if opened or x.values and x.values:find('+' .. ev.value .. '+', 1, true) then return end
    x.values = (x.values or '+') .. ev.value .. '+'
    b.count = b.count + 1
  else
    b.count = b.count + 1
    if opened then return end
  end
  x.idle = nil
  local most = engine.options(e, s).collect
  if most then collect(x, ev, most) end
end

-- Sums are compared without what binary fractions add: ten times 0.1 are 1.
function M.enough(s, b)
  local count = s.kind.summed and tonumber(string.format('%.12g', b.count)) or b.count
  return count >= s.threshold
end

-- R8, P8: counts an event; opened: whether it opened the window by arming. Answers whether the window has enough.
function M.count(e, s, b, ev, opened)
  if s.kind.rich then
    add(e, s, b, ev, opened)
    return M.enough(s, b)
  end
  b.count = b.count + 1
  return b.count >= s.threshold
end

-- Gives a firing the documents of its window; list: { number, bytes } in order of application, counted: how many events it had.
function M.attach(e, s, b, fired, list, counted)
  local most, documents = engine.options(e, s).collect, {}
  if not most then return end
  for i = math.max(1, #list - most + 1), #list do
    local one = list[i]
    local document = one.bytes > 0
      and (b.extra.documents and b.extra.documents[one.number] or redis.call('HGET', e.prefixes.last .. s.name, M.field(one.number, b.key)))
    if document then documents[#documents + 1] = document end
  end
  fired.collected, fired.counted = '[' .. table.concat(documents, ',') .. ']', counted
end

return M
