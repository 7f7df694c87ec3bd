-- Removes old entries of a stream, never one that is not applied or that any group still needs.
--
-- KEYS stream    stream  the log, the ledger or the dead letters
-- KEYS position  string  id of the last applied entry
-- KEYS audit     hash    what became of the log itself
-- KEYS needed    zset    entry of the ledger, what waits and needs it -> ms of the entry
-- ARGV group     the engine's own group when entries behind the position must stay, else ''
-- ARGV ledger    '1' when the stream is the ledger, else ''
-- ARGV before    stream id: older entries are no longer wanted
-- ARGV limit     most entries removed by this call
-- RETURNS word, removed, the group that still needs older entries or ''
-- WORDS trimmed
-- RIGHTS first
-- FLAGS allow-oom
local stream = include('stream')

local bound, blocking, fenced = args.before, '', args.group ~= ''
-- from: the first entry that the group needs, if it is there; a group that needs none before the bound is not in the way.
local function keep(entry, from, group)
  if not stream.after(bound, entry) or not redis.call('XRANGE', keys.stream, from, '(' .. bound, 'COUNT', 1)[1] then return end
  bound, blocking = entry, group
end
if redis.call('EXISTS', keys.stream) == 0 then return { 'trimmed', '0', '' } end
local function keep_behind(entry, group) keep(entry, '(' .. entry, group) end
if fenced then keep_behind(redis.call('GET', keys.position) or '0-0', args.group) end
for _, group in ipairs(stream.groups(keys.stream)) do
  keep_behind(group['last-delivered-id'], group.name)
  local pending = redis.call('XPENDING', keys.stream, group.name)
  if pending[2] then keep(pending[2], pending[2], group.name) end
end
local needed = args.ledger ~= '' and redis.call('ZRANGE', keys.needed, 0, 0)[1]
if needed then keep(needed:match('^%S+'), needed:match('^%S+'), '') end
local removed = redis.call('XTRIM', keys.stream, 'MINID', '~', bound, 'LIMIT', args.limit)
-- `watchfire status` shows which group keeps the log from being trimmed, and since which entry.
if fenced and blocking ~= '' then redis.call('HSET', keys.audit, 'kept_by', blocking, 'kept_from', bound) end
if fenced and blocking == '' then redis.call('HDEL', keys.audit, 'kept_by', 'kept_from') end
return { 'trimmed', tostring(removed), blocking }
