-- Notes in the slot of a source how far a target was fed from it, as a consumer group of the source: what is behind stays when old
-- entries are removed (lua/trim.lua). It is called first of all with the id from which the feeding begins.
--
-- KEYS events    stream  the log of the source
-- KEYS clock     hash    `forwarded`: id up to which all targets were fed
-- KEYS position  string  id of the last applied entry, where the log is one that is applied
-- KEYS own       zset    ids of entries that the engine wrote itself -> their ms
-- ARGV group     `feed:` and the name of the target
-- ARGV id        up to which it was fed for good
-- RETURNS word, id up to which all targets were fed
-- WORDS noted begun
-- RIGHTS first
local own = include('own')
local stream = include('stream')

local group = redis.call('EXISTS', keys.events) == 1 and stream.group(keys.events, args.group)
if not group then
  redis.call('XGROUP', 'CREATE', keys.events, args.group, args.id, 'MKSTREAM')
elseif stream.after(args.id, group['last-delivered-id']) then
  redis.call('XGROUP', 'SETID', keys.events, args.group, args.id)
end
local least
for _, other in ipairs(stream.groups(keys.events)) do
  local id = other['last-delivered-id']
  if other.name:sub(1, 5) == 'feed:' and not (least and stream.after(id, least)) then least = id end
end
redis.call('HSET', keys.clock, 'forwarded', least)
-- A log that is fed on and not applied, as the front log, has nobody else to forget its marks.
if redis.call('EXISTS', keys.position) == 0 then own.forget(keys, least) end
return { group and 'noted' or 'begun', least }
