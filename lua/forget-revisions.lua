-- Removes documents of automations that were replaced or deleted a while ago, once no firing names them that still waits for its
-- jobs or lies among the dead letters: what was fired by a document can always be relayed.
--
-- KEYS firings   stream  ledger and outbox
-- KEYS dead      stream  dead letters
-- KEYS needed    zset    entry of the ledger, what waits and needs it -> ms of the entry
-- KEYS outdated  zset    <revision>:<id> of replaced documents -> until when firings named them, in ms
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV group     consumer group of the ledger
-- ARGV now_ms    time of Redis
-- ARGV limit     most documents removed by this call
-- RETURNS word, removed
-- WORDS forgotten clean
-- RIGHTS first
-- FLAGS allow-oom
local limits = include('limits')
local stream = include('stream')

local prefixes, bound = cjson.decode(args.prefixes), tonumber(args.now_ms) - limits.REVISIONS_KEPT_MS
-- Whatever was named last in the millisecond of that entry, or later, may be named by it.
local function keep(entry)
  if entry then bound = math.min(bound, tonumber(entry:match('^%d+'))) end
end
local function first(key, from)
  local found = redis.call('XRANGE', key, from, '+', 'COUNT', 1)[1]
  return found and found[1]
end

keep(first(keys.dead, '-'))
keep(redis.call('ZRANGE', keys.needed, 0, 0)[1])
if redis.call('EXISTS', keys.firings) == 1 then
  local group = stream.group(keys.firings, args.group)
  -- Without its group nobody knows what was relayed.
  if not group then return { 'clean', '0' } end
  keep((stream.behind(keys.firings, group['last-delivered-id'], 1)[1] or {})[1])
  keep(redis.call('XPENDING', keys.firings, args.group)[2])
end

local found = redis.call('ZRANGE', keys.outdated, '-inf', '(' .. string.format('%d', bound), 'BYSCORE', 'LIMIT', 0, args.limit)
if #found == 0 then return { 'clean', '0' } end
for _, member in ipairs(found) do
  local revision, id = member:match('^(%d+):(.*)$')
  if id then redis.call('HDEL', prefixes.automation .. id, revision) end -- else others wrote it
end
redis.call('ZREM', keys.outdated, unpack(found))
return { 'forgotten', tostring(#found) }
