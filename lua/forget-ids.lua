-- Removes remembered event ids that no entry can ask for any more, by the position and not by the wall clock: a log that
-- stood still must still know its duplicates when it goes on.
--
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms; `at`: ms that stand for those of the position
-- KEYS seen      string  generations of remembered ids, as JSON
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- RETURNS word
-- WORDS forgotten clean
-- RIGHTS first
-- FLAGS allow-oom
local limits = include('limits')
local reached = include('reached')

local prefixes = cjson.decode(args.prefixes)
local readable, generations = pcall(cjson.decode, redis.call('GET', keys.seen) or '[]')
local oldest = readable and type(generations) == 'table' and generations[#generations]
if type(oldest) ~= 'table' or type(oldest.to) ~= 'number' or type(oldest.number) ~= 'number' then return { 'clean' } end -- others wrote it
if reached.ms(keys) - oldest.to < limits.MEMORY_MS then return { 'clean' } end

redis.call('UNLINK', prefixes.seen .. oldest.number)
table.remove(generations)
redis.call('SET', keys.seen, cjson.encode(generations))
return { 'forgotten' }
