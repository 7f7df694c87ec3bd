-- Bucketing keys as text whose byte order is the order of their values (semantics 6; the same encoding as src/match/key.ts).
local M = {}

local function encode(value)
  return (value:gsub('[%z\1-,]', function(c) return ',' .. string.char(c:byte() + 0x40) end))
end

-- count: how many values the key has; one empty value and none look alike.
function M.values(encoded, count)
  local values = {}
  if count == 0 then return values end
  for text in (encoded .. '+'):gmatch('([^+]*)%+') do
    values[#values + 1] = text:gsub(',(.)', function(c) return string.char(c:byte() - 0x40) end)
  end
  return values
end

-- Semantics 3.2. Needed here because a composite may be given another for_each while windows below it are open.
local function lookup(document, name)
  local rest = name:match('^related:(.*)$')
  if rest then
    local role, label = rest:match('^(.*):([^:]*)$')
    for _, resource in ipairs(document.related) do
      if (resource.role or resource['prefect.resource.role']) == (role or '') then return resource[label or rest] end
    end
  end
  return document.resource[name]
end

-- Half a surrogate pair, which JSON in a payload may hold as an escape and cjson refuses, can only stand in the payload:
-- whole pairs are never written as escapes, and labels are well-formed. So what it becomes here does not matter.
local function decode(text)
  return cjson.decode((text:gsub('\\(.)(%x?%x?)', function(c, hex)
    if c == 'u' and hex:match('^[dD][89a-fA-F]$') then return '\\u00' end
  end)))
end

-- text: an event document as JSON, or nil for no event.
function M.of_document(text, names)
  local values, document = {}, text and decode(text)
  for i, name in ipairs(names) do values[i] = encode(document and lookup(document, name) or '') end
  return table.concat(values, '+')
end

return M
