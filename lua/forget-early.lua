-- Removes remembered times of expected events that nobody can ask for any more (lua/include/early.lua), half hour by half hour. As with
-- ids the log decides how late it is, not the wall clock: as_of never lies further back than the largest lag behind the position.
--
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms; `at`: ms that stand for those of the position
-- KEYS early     zset    names of the hashes of remembered times -> the end of their half hour in ms
-- KEYS settings  hash    what the whole namespace agrees on
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV limit     most hashes removed by this call
-- RETURNS word, removed
-- WORDS forgotten clean
-- RIGHTS first
-- FLAGS allow-oom
local limits = include('limits')
local reached = include('reached')

local prefixes = cjson.decode(args.prefixes)
local memory_ms = tonumber(redis.call('HGET', keys.settings, 'early_ms')) or limits.EARLY_MS
local as_of = reached.ms(keys) - reached.most_behind(redis.call('HEXISTS', keys.clock, 'fed') == 1)
local bound = string.format('%d', as_of - memory_ms)

local found = redis.call('ZRANGE', keys.early, '-inf', bound, 'BYSCORE', 'LIMIT', 0, args.limit)
if #found == 0 then return { 'clean', '0' } end
local names = {}
for i, member in ipairs(found) do names[i] = prefixes.early .. member end
redis.call('UNLINK', unpack(names))
redis.call('ZREM', keys.early, unpack(found))
return { 'forgotten', tostring(#found) }
