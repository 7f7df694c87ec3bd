-- Ends a silence now. It stays in the list for a while.
--
-- KEYS silences  hash  id of a silence -> from and until in ms, what it says as JSON; `version` counts the changes
-- ARGV id        which one
-- ARGV now_ms    virtual time, or '' for the server's
-- RETURNS word
-- WORDS ended over gone
-- RIGHTS first
local silences = include('silences')
local time = include('time')

local text = args.id ~= 'version' and redis.call('HGET', keys.silences, args.id)
if not text then return { 'gone' } end
local now = tonumber(args.now_ms) or time.now()
if silences.ends(text) <= now then return { 'over' } end
local from, said = text:match('^(%d+) %d+ (.*)$')
redis.call('HSET', keys.silences, args.id, string.format('%d %d %s', from, now, said))
redis.call('HINCRBY', keys.silences, 'version', 1)
return { 'ended' }
