-- Ends feeding the log from a source: an entry of the log says so, and time does not wait for the source from there on.
--
-- KEYS events  stream  the log
-- KEYS fed     hash    source -> how far it was fed (lua/include/fed.lua)
-- KEYS own     zset    ids of entries that the engine wrote itself -> their ms
-- ARGV source  its name
-- ARGV now_ms  virtual time, or '' for the server's
-- RETURNS word
-- WORDS closed not-open
-- RIGHTS first
local fed = include('fed')
local own = include('own')
local typed = include('typed')

local source = fed.read(keys, args.source)
if not source or not source.open then return { 'not-open' } end
typed.check(keys.own, 'zset')
typed.check(keys.events, 'stream')

source.open = false
local next_id = args.now_ms == '' and '*' or args.now_ms .. '-*'
own.mark(keys, redis.call('XADD', keys.events, next_id, 'closed', args.source .. ' ' .. source.id))
fed.write(keys, args.source, source)
return { 'closed' }
