-- Adds what a worker has counted to an hour of the history (src/inspect/history.ts): once, however often the call is repeated.
--
-- KEYS hour     hash with a TTL  `<minute> <kind> <word> <automation>` -> how often; `bytes` of all; `by <worker>` -> number of its last call
-- ARGV worker   id of the worker
-- ARGV number   of this call: larger than those of the calls before
-- ARGV counts…  of each count: the field, the field without the automation, how often
-- RETURNS word
-- WORDS noted repeated
-- RIGHTS first
local limits = include('limits')

local found = redis.call('TYPE', keys.hour).ok
if found ~= 'hash' and found ~= 'none' then redis.call('UNLINK', keys.hour) end -- others wrote over it

local by = 'by ' .. args.worker
if (tonumber(redis.call('HGET', keys.hour, by)) or 0) >= tonumber(args.number) then return { 'repeated' } end
local bytes = tonumber(redis.call('HGET', keys.hour, 'bytes')) or 0
for at = args.counts + 1, #ARGV, 3 do
  local field, without, count = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  -- Where there is no room for more names, the others are counted together.
  if bytes > limits.HISTORY_HOUR_BYTES and redis.call('HEXISTS', keys.hour, field) == 0 then field = without end
  local sum = redis.pcall('HINCRBY', keys.hour, field, count)
  if type(sum) ~= 'number' then redis.call('HSET', keys.hour, field, count) end
  if sum == tonumber(count) then bytes = bytes + #field + limits.HISTORY_FIELD_BYTES end
end
redis.call('HSET', keys.hour, 'bytes', string.format('%d', bytes), by, args.number)
redis.call('PEXPIRE', keys.hour, limits.HISTORY_KEPT_MS)
return { 'noted' }
