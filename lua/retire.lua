-- Removes the consumer of a worker that is gone from a group, once it holds nothing: what it holds is not lost with it.
--
-- KEYS stream   stream  the log or the ledger
-- KEYS worker   hash    heartbeat of that worker, with a TTL
-- ARGV group    consumer group
-- ARGV consumer name of the worker in the group
-- RETURNS word
-- WORDS retired alive busy
-- RIGHTS first
-- FLAGS allow-oom
if redis.call('EXISTS', keys.worker) == 1 then return { 'alive' } end
local held = redis.call('XPENDING', keys.stream, args.group, '-', '+', 1, args.consumer)
if #held > 0 then return { 'busy' } end
redis.call('XGROUP', 'DELCONSUMER', keys.stream, args.group, args.consumer)
return { 'retired' }
