-- What was to go out has gone out: nothing waits or is needed for it any more.
--
-- KEYS waiting   zset  what goes out later -> when, in ms
-- KEYS needed    zset  entry of the ledger, what needs it -> ms of the entry
-- ARGV prefixes  JSON  of src/redis/keys.ts
-- ARGV member    what it was
-- RETURNS word
-- WORDS finished gone
-- RIGHTS first
-- FLAGS allow-oom
local prefixes = cjson.decode(args.prefixes)
local kind, id = args.member:match('^(%a) (.*)$')
local function done(entry)
  if entry then redis.call('ZREM', keys.needed, entry .. ' ' .. args.member) end
end

if kind == 'h' then
  done(id:match('^%d+ (%S+)$'))
elseif kind == 'g' then
  local fields = redis.call('HGETALL', prefixes.group .. id)
  for i = 1, #fields, 2 do
    if fields[i]:match('^n%d+$') then done(fields[i + 1]) end
  end
  redis.call('DEL', prefixes.group .. id)
elseif kind == 's' then
  done(redis.call('HGET', prefixes.closing .. id, 'entry'))
  redis.call('DEL', prefixes.closing .. id)
end
return { redis.call('ZREM', keys.waiting, args.member) == 1 and 'finished' or 'gone' }
