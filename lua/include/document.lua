-- What scripts read of an event document, which src/model/event.ts writes with its keys in a fixed order.
local M = {}

local HEAD = '{"id":'

-- That of an event (wire.lua), false where the chunk has none. Most events need none: a text costs Lua for each of its bytes.
function M.of(ev)
  if ev.doc then return ev.doc end
  local place = ev.places[ev.number]
  if place > 0 then ev.doc = struct.unpack('<I4c0', ev.documents, place) end
  return ev.doc
end

-- The id of the event; false for no document.
function M.id(text)
  if not text then return false end
  local stop = #HEAD + 1
  repeat
    stop = text:find('"', stop + 1, true)
    local _, escapes = text:sub(#HEAD + 2, stop - 1):match('()(\\*)$')
  until #escapes % 2 == 0
  return cjson.decode('[' .. text:sub(#HEAD + 1, stop) .. ']')[1]
end

return M
