-- Looks up a path in the payload of an event document, as src/match/key.ts does. The text itself is searched, because decoding would
-- change numbers. Only composites need it, which look at documents of events that came before (key.lua).
local M = {}

-- Where the value that begins at `from` ends.
local function stop_of(text, from)
  local first = text:sub(from, from)
  if first ~= '{' and first ~= '[' and first ~= '"' then return text:find('[,%]}]', from) - 1 end
  local depth, at = 0, from
  while true do
    local found = text:sub(at, at)
    if found == '"' then
      at = text:find('["\\]', at + 1)
      while text:sub(at, at) == '\\' do at = text:find('["\\]', at + 2) end
    elseif found == '{' or found == '[' then
      depth = depth + 1
    else
      depth = depth - 1
    end
    if depth == 0 then return at end
    at = text:find('[{}"%[%]]', at + 1)
  end
end

local function text_of(quoted)
  return quoted:find('\\', 1, true) and cjson.decode('[' .. quoted .. ']')[1] or quoted:sub(2, -2)
end

-- Where the member of that name begins in the object at `from`; of several the last one counts. nil: there is none.
local function member(text, from, name)
  local at, found = from + 1, nil
  while text:sub(at, at) == '"' do
    local stop = stop_of(text, at)
    if text_of(text:sub(at, stop)) == name then found = stop + 2 end
    at = stop_of(text, stop + 2) + 2
  end
  return found
end

local function element(text, from, name)
  if name ~= '0' and not name:find('^[1-9]%d*$') then return nil end
  local at = from + 1
  if text:sub(at, at) == ']' then return nil end
  for _ = 1, name + 0 do
    at = stop_of(text, at) + 1
    if text:sub(at, at) ~= ',' then return nil end
    at = at + 1
  end
  return at
end

-- document: as src/model/event.ts writes it, without blanks; path: names joined by dots. Answers text, or nil.
function M.lookup(document, path)
  local _, from = document:find(',"payload":', document:find('],"occurred":', 1, true), true)
  from = from + 1
  for name in (path .. '.'):gmatch('([^.]*)%.') do
    local kind = document:sub(from, from)
    if kind == '{' then from = member(document, from, name) elseif kind == '[' then from = element(document, from, name) else return nil end
    if not from then return nil end
  end
  local value = document:sub(from, stop_of(document, from))
  local kind = value:sub(1, 1)
  if kind == '"' then return text_of(value) end
  return kind ~= '{' and kind ~= '[' and value ~= 'null' and value or nil
end

return M
