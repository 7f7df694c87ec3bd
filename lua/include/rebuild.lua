-- Gives entries ids of the present. The log is written anew, bit by bit, in a stream beside it: Redis sets the last id of a stream back
-- only where no entry with a larger id is, or (since 7.4) ever was deleted. What is applied or has a usable id keeps its id; from the
-- first entry that has none on, all get new ones. When nothing is left, the new stream takes the place of the log, with its groups.
-- How far it is stands in `audit`: `straight_to`, the last entry of the log that was dealt with; `straight_from`, the id before the
-- first one that got another; `straight_count`, how many did.
local book = include('book')
local dlq = include('dlq')
local limits = include('limits')
local own = include('own')
local stream = include('stream')
local usable = include('usable')

local M = {}

-- An entry of more values than a script can send, or of more bytes than are read, becomes a dead letter.
local function is_too_long(keys, id, fields)
  local large = dlq.bytes(fields) > limits.ENTRY_BYTES and not own.has(keys, id)
  if #fields <= limits.REDRIVE_VALUES and not large then return false end
  local reason = 'entry: has too many ' .. (large and 'bytes' or 'fields') .. ' to get a usable id'
  redis.call(unpack(dlq.command(keys, '*', 'events', id, reason, nil, 1, large and fields or {})))
  redis.call('HINCRBY', keys.counters, 'rejected', 1)
  return true
end

-- Adds an entry again at the end of a stream. at: ms that stand for those of its new id, else nil. Answers how many entries this were.
function M.add_again(keys, to, id, fields, at)
  if is_too_long(keys, id, fields) then return 0 end
  local claimed = own.claimed(fields)
  if claimed and not own.has(keys, id) then
    fields = { 'forged', '', unpack(fields) } -- it is rejected in its turn
  elseif claimed == 'straightened' then
    local first, first_at = own.first(fields)
    id, at, fields = first, at and (first_at or at), own.sent(fields)
  end
  if at then id = id .. string.format(' %d', at) end
  own.mark(keys, redis.call('XADD', to, '*', 'straightened', id, unpack(fields)))
  return 1
end

-- The entries behind an id, up to a number, fewer where they are large.
function M.page(key, behind, limit)
  local page, bytes, count = {}, 0, 1
  while #page < limit and bytes < limits.STRAIGHTEN_BYTES do
    count = math.min(count, limit - #page)
    local found = stream.behind(key, behind, count)
    for _, entry in ipairs(found) do
      page[#page + 1], behind = entry, entry[1]
      for _, text in ipairs(entry[2]) do bytes = bytes + #text end
    end
    if #found < count then break end
    count = math.min(2 * count, math.max(1, math.floor((limits.STRAIGHTEN_BYTES - bytes) * #page / (bytes + 1))))
  end
  return page
end

-- Takes the oldest applied entries out of the log when there are many: they would all have to be copied.
local function shorten(keys)
  local anchor, info = redis.call('HGET', keys.audit, 'anchor'), stream.info(keys.events)
  local waiting = anchor and math.max(0, info['entries-added'] - book.processed(keys) - anchor) or info.length
  local kept = waiting + limits.HISTORY_ENTRIES
  if info.length > kept then redis.call('XTRIM', keys.events, 'MAXLEN', '~', string.format('%d', kept), 'LIMIT', 0) end
end

-- Makes sure that the new stream exists and goes on behind the position. Answers its last id.
local function begin(keys, at)
  local last = stream.info(keys.straight)['last-generated-id']
  if at == '0-0' then at = '0-1' end
  if not stream.after(at, last) then return last end
  redis.call('XADD', keys.straight, at, 'position', '')
  redis.call('XDEL', keys.straight, at)
  return at
end

-- from: the id before the first that got another one, in the new stream; count: how many did.
local function take_place(keys, at, from, count)
  local last, added = begin(keys, at), stream.info(keys.events)['entries-added']
  redis.call('XSETID', keys.straight, last, 'ENTRIESADDED', added)
  for _, group in ipairs(stream.groups(keys.events)) do
    local delivered, read = group['last-delivered-id'], group['entries-read']
    if stream.after(delivered, from or last) then delivered, read = from or last, added - count end
    redis.call('XGROUP', 'CREATE', keys.straight, group.name, delivered, 'ENTRIESREAD', read or -1)
  end
  redis.call('UNLINK', keys.events)
  redis.call('RENAMENX', keys.straight, keys.events)
  own.forget_behind(keys, last)
  redis.call('HDEL', keys.audit, 'straight_to', 'straight_from', 'straight_count')
end

-- Takes one step. at: the position; latest: the largest usable ms; now: ms that stand for those of new ids, or nil. Answers how many
-- entries got another id.
function M.step(keys, at, latest, now, limit)
  local known = redis.call('HMGET', keys.audit, 'straight_to', 'straight_from', 'straight_count')
  local to, from, count, before = known[1], known[2], tonumber(known[3]) or 0, tonumber(known[3]) or 0
  if not to then
    redis.call('UNLINK', keys.straight)
    shorten(keys)
    to = '0-0'
  end
  for _, entry in ipairs(M.page(keys.events, to, limit)) do
    local id, fields = entry[1], entry[2]
    if not from and usable.ms(id) > latest then from = begin(keys, at) end
    if from then
      count = count + M.add_again(keys, keys.straight, id, fields, now)
    elseif not is_too_long(keys, id, fields) then
      redis.call('XADD', keys.straight, id, unpack(fields))
    end
    to = id
  end
  if not stream.behind(keys.events, to, 1)[1] then
    take_place(keys, at, from, count)
  else
    redis.call('HSET', keys.audit, 'straight_to', to, 'straight_count', count)
    if from then redis.call('HSET', keys.audit, 'straight_from', from) end
  end
  redis.call('HINCRBY', keys.counters, 'straightened', count - before)
  return count - before
end

return M
