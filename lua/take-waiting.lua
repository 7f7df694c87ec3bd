-- Gives what is to go out now to one relay for a while. A group gets no further firings from here on, and a closing none to count.
--
-- KEYS waiting   zset  what goes out later -> when, in ms
-- KEYS needed    zset  entry of the ledger, what needs it -> ms of the entry
-- KEYS budgets   hash  automation id -> closing of its budget, until when in ms
-- KEYS grouping  hash  what a group is of -> its id
-- ARGV prefixes  JSON  of src/redis/keys.ts
-- ARGV now_ms    virtual time, or '' for the server's
-- ARGV lease_ms  how long it is this relay's: after that another one takes it
-- ARGV limit     most that are taken
-- RETURNS word, in how many ms the next one is due or '', what is to go out…
-- WORDS taken
-- RIGHTS first
local time = include('time')
local waiting = include('waiting')

local prefixes, now = cjson.decode(args.prefixes), tonumber(args.now_ms) or time.now()
local due = redis.call('ZRANGE', keys.waiting, '-inf', string.format('%d', now), 'BYSCORE', 'LIMIT', 0, args.limit)
for _, member in ipairs(due) do
  local kind, id = member:match('^(%a) (.*)$')
  if kind == 'g' then
    local name = redis.call('HGET', prefixes.group .. id, 'name')
    if name and redis.call('HGET', keys.grouping, name) == id then redis.call('HDEL', keys.grouping, name) end
  elseif kind == 's' then
    local automation = redis.call('HGET', prefixes.closing .. id, 'automation')
    local open = automation and redis.call('HGET', keys.budgets, automation) or ''
    if open:match('^%S+') == id then redis.call('HDEL', keys.budgets, automation) end
  end
  waiting.add(keys, member, now + args.lease_ms)
end
local first = redis.call('ZRANGE', keys.waiting, 0, 0, 'WITHSCORES')
return { 'taken', first[2] and string.format('%d', math.max(0, first[2] - now)) or '', unpack(due) }
