-- Keys of windows as text whose byte order is the order of their values (rules 6; the same encoding as src/match/key.ts).
local payload = include('payload')

local M = {}

local PAYLOAD = 'payload.' -- begins a name that is a path

local function encode(value)
  return (value:gsub('[%z\1-,]', function(c) return ',' .. string.char(c:byte() + 0x40) end))
end

-- count: how many values the key has; one empty value and none look alike.
function M.values(encoded, count)
  local values = {}
  if count == 0 then return values end
  if count == 1 and not encoded:find(',', 1, true) then return { encoded } end
  for text in (encoded .. '+'):gmatch('([^+]*)%+') do
    values[#values + 1] = text:gsub(',(.)', function(c) return string.char(c:byte() - 0x40) end)
  end
  return values
end

-- Rules 3.2. Needed here because a composite may be given another for_each while windows below it are open.
local function lookup(document, name, text)
  local rest = name:match('^related:(.*)$')
  if rest then
    local role, label = rest:match('^(.*):([^:]*)$')
    for _, resource in ipairs(document.related) do
      if (resource.role or resource['prefect.resource.role']) == (role or '') then return resource[label or rest] end
    end
  end
  local found = document.resource[name]
  if found or name:sub(1, #PAYLOAD) ~= PAYLOAD then return found end
  return payload.lookup(text, name:sub(#PAYLOAD + 1))
end

-- The resource and the related ones of an event document, which src/model/event.ts writes in this order. Inside of a text
-- quotes are escaped, so what is found first is the key itself. The payload, which can be large, is not looked at.
local function read(text)
  local from = text:find('"resource":{', 1, true)
  local _, list = text:find('},"related":[', from, true)
  return cjson.decode('{' .. text:sub(from, (text:find('],"occurred":', list, true))) .. '}')
end

local latest = { text = '', document = false, keys = {} } -- an event goes up through several composites: it is read once

-- text: an event document as JSON, or false for no event.
function M.of_document(text, names)
  if text ~= latest.text then latest = { text = text, document = text and read(text), keys = {} } end
  if latest.keys[names] then return latest.keys[names] end
  local values, document = {}, latest.document
  for i, name in ipairs(names) do values[i] = encode(document and lookup(document, name, text) or '') end
  latest.keys[names] = table.concat(values, '+')
  return latest.keys[names]
end

return M
