-- Removes a piece of the state that definitions left behind when they changed or went.
--
-- KEYS garbage   zset  state names that are gone
-- ARGV prefixes  JSON  of src/redis/keys.ts
-- ARGV limit     most keys removed by this call
-- RETURNS word, removed
-- WORDS swept clean
-- RIGHTS first
-- FLAGS allow-oom
local prefixes = cjson.decode(args.prefixes)
local name = redis.call('ZRANGE', keys.garbage, 0, 0)[1]
if not name then return { 'clean', '0' } end

local windows = prefixes.deadlines .. name
local found = redis.call('ZRANGE', windows, 0, tonumber(args.limit) - 1)
redis.call('UNLINK', prefixes.windows .. name, prefixes.last .. name)
for _, key in ipairs(found) do redis.call('UNLINK', prefixes.composite .. name .. ':' .. key) end
if #found > 0 then
  redis.call('ZREM', windows, unpack(found))
else
  redis.call('ZREM', keys.garbage, name)
end
return { 'swept', tostring(#found) }
