-- Removes the event ids of a slot of time that no entry can ask for any more, by the position and not by the wall clock:
-- a log that stood still must still know its duplicates when it goes on.
--
-- KEYS position  string  id of the last applied entry
-- KEYS seen      zset    slots of remembered ids -> the time they are over, in ms
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- RETURNS word
-- WORDS forgotten clean
local seen = include('seen')

local at = (redis.call('GET', keys.position) or '0-0'):match('^%d+')
local slot = redis.call('ZRANGE', keys.seen, '-inf', at, 'BYSCORE', 'LIMIT', 0, 1)[1]
if not slot then return { 'clean' } end
seen.forget({ prefixes = cjson.decode(args.prefixes) }, slot)
redis.call('ZREM', keys.seen, slot)
return { 'forgotten' }
