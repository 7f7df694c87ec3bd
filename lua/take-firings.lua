-- Gives a relay the next firings that none has read, all in one text: a client reads that many times faster than a list of lists.
--
-- KEYS firings  stream  ledger and outbox
-- ARGV group    consumer group
-- ARGV consumer name of the worker in the group
-- ARGV count    most firings
-- RETURNS word, JSON list of [entry id, [field, value, ...]]
-- WORDS taken none
-- RIGHTS first
local answer = redis.call('XREADGROUP', 'GROUP', args.group, args.consumer, 'COUNT', args.count, 'STREAMS', keys.firings, '>')
if not answer then return { 'none', '[]' } end
return { 'taken', cjson.encode(answer[1][2]) }
