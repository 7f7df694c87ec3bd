-- Deadlines at hand in the order of rules 8.2: by time, state name, key; the next one stands last.
local bytes = include('bytes')

local M = {}

-- Whether deadline a comes before b.
local function before(a, b)
  if a.at ~= b.at then return a.at < b.at end
  if a.s ~= b.s then return bytes.before(a.s.name, b.s.name) end
  return bytes.before(a.key, b.key)
end

function M.insert(queue, item)
  local low, high = 1, #queue + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if before(item, queue[middle]) then low = middle + 1 else high = middle end
  end
  table.insert(queue, low, item)
end

return M
