-- Removes remembered event ids that no entry can ask for any more, by the position and not by the wall clock: a log that
-- stood still must still know its duplicates when it goes on.
--
-- KEYS position  string  id of the last applied entry
-- KEYS seen      string  generations of remembered ids, as JSON
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV limit     most hashes removed by this call
-- RETURNS word
-- WORDS forgotten clean
local seen = include('seen')

local e = { keys = keys, prefixes = cjson.decode(args.prefixes) }
local at = (redis.call('GET', keys.position) or '0-0'):match('^%d+')
if not seen.forget(e, tonumber(at), tonumber(args.limit)) then return { 'clean' } end
seen.save(e)
return { 'forgotten' }
