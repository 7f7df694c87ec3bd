-- Keys of the engine that others may have overwritten with another type. One that a whole namespace or trigger needs fails the call
-- by its name, before anything is written: no entry is to blame for it.
local M = {}

local function wrong(key, wanted)
  return { err = 'WRONGTYPE ' .. key .. ' is a ' .. redis.call('TYPE', key).ok .. ', not a ' .. wanted }
end

-- Raises an error unless the key has that type or is not there. Answers whether it is there.
function M.check(key, wanted)
  local found = redis.call('TYPE', key).ok
  if found ~= wanted and found ~= 'none' then error(wrong(key, wanted), 0) end
  return found ~= 'none'
end

-- Reads a key of that type by that command.
function M.call(wanted, command, key, ...)
  local found = redis.pcall(command, key, ...)
  if type(found) ~= 'table' or not found.err then return found end
  error(found.err:find('^WRONGTYPE') and wrong(key, wanted) or found, 0)
end

-- What stands in a string, '' where the key has another type, false where there is none.
function M.text(key)
  local found = redis.pcall('GET', key)
  if type(found) ~= 'table' or not found.err then return found end
  if not found.err:find('^WRONGTYPE') then error(found, 0) end
  return ''
end

-- The same of a hash.
function M.hash(command, key, ...)
  return M.call('hash', command, key, ...)
end

-- Raises what an entry or a deadline met once more where it fails the call; text: of the fault, all that Redis' pcall leaves of it.
function M.pass_on(text)
  if text:find('^DAMAGED ') or text:find('^WRONGTYPE .* is a %l+, not a %l+$') then error({ err = text }, 0) end
end

return M
