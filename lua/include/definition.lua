-- What is compiled of a trigger (src/match/plan.ts), as the rules use it.
local state = include('state')

local M = {}

local FIELDS = 18 -- texts: kind, automation, revision, title, path, order, child, parent, type, names, within, stem; of an event trigger
-- threshold, once; of a composite needed, children; what rules 17 add, as JSON; whether the automation is in shadow
local PACKED = '<' .. ('I4c0'):rep(FIELDS) -- each behind its length: all of them are read by one call

local lists = {} -- by their JSON: equal ones are the same table

local function list(text)
  if not lists[text] then lists[text] = cjson.decode(text) end
  return lists[text]
end

-- The text that a trigger is kept as. fields: as compiledFields of src/match/plan.ts gives them.
function M.pack(fields)
  local parts = {}
  for i, text in ipairs(fields) do parts[2 * i - 1], parts[2 * i] = #text, text end
  return struct.pack(PACKED, unpack(parts))
end

local function read(name, packed)
  local kind, automation, revision, title, path, order, child, parent, type, names, within, stem, threshold, once, needed, children, options, shadow =
    struct.unpack(PACKED, packed)
  order, names, within, kind = order + 0, list(names), within ~= '' and within + 0, state.kind(kind + 0)
  if type == 'event' then
    return --[[event trigger]] {
      name = name, automation = automation, revision = revision, title = title, path = path, order = order, child = child,
      parent = parent, type = type, names = names, within = within, kind = kind, stem = stem, threshold = threshold + 0,
      once = once == '1', options = options ~= '' and list(options), shadow = shadow == '1',
    }
  end
  children = list(children)
  local known = {}
  for _, one in ipairs(children) do known[one] = true end
  return --[[composite trigger]] {
    name = name, automation = automation, revision = revision, title = title, path = path, order = order, child = child,
    parent = parent, type = type, names = names, within = within, kind = kind, stem = stem, needed = needed + 0,
    children = children, known = known, shadow = shadow == '1',
  }
end

-- The trigger of that state name; false where others wrote over it.
function M.read(name, packed)
  local readable, trigger = pcall(read, name, packed)
  return readable and trigger
end

return M
