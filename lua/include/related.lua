-- Whether keys are there that have to be, and of the right type.
local M = {}

local MOST = 200 -- members of one key that a look asks about

-- Removes a key of another type: it holds nothing of the engine. Answers what it was, false where nothing was wrong.
function M.drop(key, wanted)
  local found = redis.call('TYPE', key).ok
  if found == wanted or found == 'none' then return false end
  redis.call('DEL', key)
  return 'was a ' .. found .. ', not a ' .. wanted
end

-- What is wrong with a key that has to be there, false when nothing is.
function M.missing(key, wanted)
  return M.drop(key, wanted) or redis.call('EXISTS', key) == 0 and 'was deleted'
end

-- Groups of a composite whose hash is gone. gone: is called with the key and what is wrong.
function M.groups(prefixes, name, gone)
  for _, group in ipairs(redis.call('ZRANGE', prefixes.deadlines .. name, 0, MOST - 1)) do
    local wrong = M.missing(prefixes.composite .. name .. ':' .. group, 'hash')
    if wrong then gone(group, wrong) end
  end
end

return M
