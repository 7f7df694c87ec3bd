-- The id of the last applied entry. A copy stands in the clock, for when its key was lost; without either the remembered ids say
-- how far the engine had come: never ahead of it, and what is applied again from there on is recognised as a duplicate.
local bytes = include('bytes')
local stream = include('stream')
local typed = include('typed')

local M = {}

-- The entry before `bound`. Asked for what is before the first, XREVRANGE would go through the whole log.
local function before(keys, bound)
  local first = redis.call('XRANGE', keys.events, '-', '+', 'COUNT', 1)[1]
  if not first or not stream.after(bound, first[1]) then return '0-0' end
  local entry = redis.call('XREVRANGE', keys.events, '(' .. bound, '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end

-- How far the engine had come by the ids that it remembers.
function M.by_memory(keys)
  local text = typed.text(keys.seen)
  local readable, generations = pcall(cjson.decode, text or '[]')
  local newest = readable and type(generations) == 'table' and generations[1]
  local to = type(newest) == 'table' and tonumber(newest.to) or 0
  return to > 0 and before(keys, string.format('%d-0', to)) or '0-0'
end

function M.set(keys, at)
  redis.call('SET', keys.position, at)
  redis.call('HSET', keys.clock, 'position', at)
end

local LARGEST = '18446744073709551615' -- number in an id

local function is_id(text)
  if type(text) ~= 'string' then return false end
  local ms, seq = text:match('^(%d+)%-(%d+)$')
  for _, number in ipairs({ ms or LARGEST .. '0', seq }) do
    if #number > #LARGEST or #number == #LARGEST and bytes.before(LARGEST, number) then return false end
  end
  return true
end

-- What is no id, or a key of another type, counts as lost.
function M.of(keys)
  local position = typed.text(keys.position)
  if is_id(position) then return position end
  if not position and redis.call('EXISTS', keys.events) == 0 then return '0-0' end
  local copy = redis.call('HGET', keys.clock, 'position')
  local rubbish = position and true
  position = is_id(copy) and copy or M.by_memory(keys)
  if position == '0-0' and not rubbish then return position end
  M.set(keys, position)
  redis.call('HSET', keys.audit, 'restored', position)
  return position
end

return M
