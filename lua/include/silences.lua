-- The hash of silences: id -> `<from> <until> <what it says>`.
local bytes = include('bytes')

local M = {}

-- When a silence ends, in ms; of what is none: long ago.
function M.ends(text)
  return tonumber(text:match('^%d+ (%d+) ')) or 0
end

-- How many there are, their bytes, and those that ended, the oldest first.
function M.kept(key, now)
  local count, bytes, ended = 0, 0, {}
  local found = redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    local id, text = found[i], found[i + 1]
    if id ~= 'version' then
      count, bytes = count + 1, bytes + #id + #text
      local over = M.ends(text)
      if over <= now then table.insert(ended, { id = id, bytes = #id + #text, over = over }) end
    end
  end
  table.sort(ended, function(a, b)
    if a.over ~= b.over then return a.over < b.over end
    return bytes.before(a.id, b.id)
  end)
  return count, bytes, ended
end

return M
