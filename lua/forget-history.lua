-- Removes what is noted of changes before the log begins (lua/include/history.lua). The last of them stays: it says that no change is
-- missing between it and the next.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS history   stream  what was changed, and where in the log
-- ARGV limit     most records removed by this call
-- RETURNS word, removed
-- WORDS forgotten clean
-- RIGHTS first
-- FLAGS allow-oom
if redis.call('XLEN', keys.history) < 2 then return { 'clean', '0' } end
local first = redis.call('XRANGE', keys.events, '-', '+', 'COUNT', 1)[1]
local front = first and first[1] or redis.call('GET', keys.position) or '0-0'
local ms = front:match('^%d+')
if ms == '0' then return { 'clean', '0' } end -- nothing was ever applied: nothing lies before it, and Redis takes no range that ends before 0-0
local last = redis.call('XREVRANGE', keys.history, '(' .. ms .. '-0', '-', 'COUNT', 1)[1]
if not last then return { 'clean', '0' } end
local removed = redis.call('XTRIM', keys.history, 'MINID', '~', last[1], 'LIMIT', args.limit)
return { removed > 0 and 'forgotten' or 'clean', tostring(removed) }
