-- Corrects how many entries a group is said to have read, from which Redis works out its lag: servers before 7.4 lose count when
-- they restart or fail over, and then say that all of the stream waits.
--
-- KEYS stream  stream  the log or the ledger
-- ARGV group   consumer group
-- ARGV limit   nothing is done when the group was not yet given this many entries: they would have to be counted
-- RETURNS word
-- WORDS gone right recounted unsure
-- RIGHTS first
-- FLAGS allow-oom
local stream = include('stream')

local group = redis.call('EXISTS', keys.stream) == 1 and stream.group(keys.stream, args.group)
if not group then return { 'gone' } end
local last = group['last-delivered-id']
local unread = #stream.behind(keys.stream, last, args.limit)
if unread == tonumber(args.limit) then return { 'unsure' } end
local read = stream.info(keys.stream)['entries-added'] - unread
if group['entries-read'] == read then return { 'right' } end
redis.call('XGROUP', 'SETID', keys.stream, args.group, last, 'ENTRIESREAD', string.format('%d', read))
return { 'recounted' }
