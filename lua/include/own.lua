-- Which entries of the log the engine wrote itself. Producers can write every form that the engine writes, but to no key beside the
-- log. So the ids of the engine's own entries stand in one, from the step that appends them until they are applied.
local stream = include('stream')

local M = {}

local FORMS = {
  firing = true, released = true, action = true, straightened = true,
  fed = true, reached = true, opened = true, closed = true, -- of logs that are fed from others (sources.lua)
}

-- The first of an entry's fields if it says that the engine wrote it, else false.
function M.claimed(fields)
  return FORMS[fields[1] or ''] and fields[1] or false
end

-- What `straightened` says: the first id, and the time in ms that stands for that of the present one; nil where it is that one's.
function M.first(fields)
  local first, at = fields[2]:match('^(%S+) ?(%d*)$')
  return first, tonumber(at)
end

-- The fields that an entry had before it was set straight. Behind `forged` they are those of one that claimed in vain to be the engine's.
function M.sent(fields)
  local sent = {}
  for i = 3, #fields do sent[i - 2] = fields[i] end
  return sent
end

function M.mark(keys, id)
  redis.call('ZADD', keys.own, id:match('^%d+'), id)
end

function M.has(keys, id)
  return redis.call('ZSCORE', keys.own, id) and true or false
end

function M.unmark(keys, id)
  redis.call('ZREM', keys.own, id)
end

-- Removes the marks of entries before the millisecond of the position: those are applied. forwarded: id up to which the log was fed on,
-- where it is the source of others: nobody could tell any more which of its entries are the engine's own.
function M.forget(keys, position, forwarded)
  if forwarded and stream.after(position, forwarded) then position = forwarded end
  redis.call('ZREMRANGEBYSCORE', keys.own, '-inf', '(' .. position:match('^%d+'))
end

-- Removes the marks of ids behind the last one of the log: after a set-back they can come again.
function M.forget_behind(keys, last)
  local ms = last:match('^%d+')
  redis.call('ZREMRANGEBYSCORE', keys.own, '(' .. ms, '+inf')
  for _, id in ipairs(redis.call('ZRANGE', keys.own, ms, ms, 'BYSCORE')) do
    if stream.after(id, last) then M.unmark(keys, id) end
  end
end

return M
