-- Removes old entries of a stream, never one that is not applied or that any group still needs.
--
-- KEYS stream    stream  the log, the ledger or the dead letters
-- KEYS position  string  id of the last applied entry
-- ARGV fenced    '1' when entries behind the position must stay
-- ARGV before    stream id: older entries are no longer wanted
-- ARGV limit     most entries removed by this call
-- RETURNS word, removed, the group that still needs older entries or ''
-- WORDS trimmed
local log = include('log')

local bound, blocking = args.before, ''
local function keep(id, group)
  if log.after(bound, id) then bound, blocking = id, group end
end
if redis.call('EXISTS', keys.stream) == 0 then return { 'trimmed', '0', '' } end
if args.fenced == '1' then keep(redis.call('GET', keys.position) or '0-0', '') end
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', keys.stream)) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  keep(group['last-delivered-id'], group.name)
  local pending = redis.call('XPENDING', keys.stream, group.name)
  if pending[2] then keep(pending[2], group.name) end
end
local removed = redis.call('XTRIM', keys.stream, 'MINID', '~', bound, 'LIMIT', args.limit)
return { 'trimmed', tostring(removed), blocking }
