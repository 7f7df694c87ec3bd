-- What is compiled of a trigger (src/match/plan.ts), as the rules use it.
local M = {}

local lists = {} -- by their JSON: equal ones are the same table

local function list(text)
  if not lists[text] then lists[text] = cjson.decode(text) end
  return lists[text]
end

-- flat: the hash of the trigger of that state name.
function M.read(name, flat)
  local trigger = { stem = false } -- stem: what the ids of its firings begin with, see firing.lua
  for i = 1, #flat, 2 do trigger[flat[i]] = flat[i + 1] end
  for _, field in ipairs({ 'threshold', 'within', 'order', 'needed' }) do
    trigger[field] = tonumber(trigger[field])
  end
  for _, field in ipairs({ 'after', 'standing', 'keyed', 'once' }) do trigger[field] = trigger[field] == '1' end
  trigger.name, trigger.names = name, list(trigger.names)
  trigger.children, trigger.known = list(trigger.children or '[]'), {}
  for _, child in ipairs(trigger.children) do trigger.known[child] = true end
  return trigger
end

return M
