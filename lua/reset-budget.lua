-- Opens the budget of an automation now: what it held back stays held back, and the summary goes out at once.
--
-- KEYS budgets   hash  automation id -> closing of its budget, until when in ms
-- KEYS waiting   zset  what goes out later -> when, in ms
-- KEYS needed    zset  entry of the ledger, what needs it -> ms of the entry
-- ARGV prefixes  JSON  of src/redis/keys.ts
-- ARGV automation  its id
-- ARGV now_ms    virtual time, or '' for the server's
-- RETURNS word
-- WORDS opened open
-- RIGHTS first
local time = include('time')
local waiting = include('waiting')

local prefixes, now = cjson.decode(args.prefixes), tonumber(args.now_ms) or time.now()
redis.call('DEL', prefixes.passed .. args.automation)
local id, till = (redis.call('HGET', keys.budgets, args.automation) or ''):match('^(%S+) (%d+)$')
redis.call('HDEL', keys.budgets, args.automation)
if not id or now >= tonumber(till) then return { 'open' } end
redis.call('HSET', prefixes.closing .. id, 'till', string.format('%d', now))
waiting.add(keys, 's ' .. id, now)
return { 'opened' }
