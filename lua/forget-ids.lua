-- Removes remembered event ids that no entry can ask for any more, by the position and not by the wall clock: a log that
-- stood still must still know its duplicates when it goes on.
--
-- KEYS position  string  id of the last applied entry
-- KEYS seen      string  generations of remembered ids, as JSON
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV limit     most hashes removed by this call
-- RETURNS word
-- WORDS forgotten clean
-- FLAGS allow-oom
local context = include('context')
local limits = include('limits')
local seen = include('seen')
local shard = include('shard')

local e = context.new(keys, args.prefixes)
local generations = seen.load(e)
local oldest = generations[#generations]
local at = tonumber((redis.call('GET', keys.position) or '0-0'):match('^%d+'))
if not oldest or at - oldest.to < limits.MEMORY_MS then return { 'clean' } end

local left = oldest.left or oldest.size
oldest.left = math.max(0, left - tonumber(args.limit))
for i = oldest.left, left - 1 do redis.call('UNLINK', shard.at(e, oldest, i)) end
if oldest.left == 0 then table.remove(generations) end
e.ids_changed = true
seen.save(e)
return { 'forgotten' }
