-- Begins to feed the log from a source, or goes on: an entry of the log says so. Time in it does not run ahead of an open source.
--
-- KEYS events  stream  the log
-- KEYS fed     hash    source -> how far it was fed (lua/include/fed.lua)
-- KEYS own     zset    ids of entries that the engine wrote itself -> their ms
-- ARGV source  its name
-- ARGV from    id of the source: what is behind it is fed; never what was fed before
-- ARGV now_ms  virtual time, or '' for the server's
-- RETURNS word, id of the source up to which this log is fed
-- WORDS opened open
-- RIGHTS first
local fed = include('fed')
local own = include('own')
local stream = include('stream')
local typed = include('typed')

local source = fed.read(keys, args.source) or { id = args.from, told = 0, open = false }
if source.open then return { 'open', source.id } end
typed.check(keys.own, 'zset')
typed.check(keys.events, 'stream')

if stream.after(args.from, source.id) then source.id = args.from end
source.open, source.told = true, tonumber(source.id:match('^%d+'))
local next_id = args.now_ms == '' and '*' or args.now_ms .. '-*'
own.mark(keys, redis.call('XADD', keys.events, next_id, 'opened', args.source .. ' ' .. source.id))
fed.write(keys, args.source, source)
return { 'opened', source.id }
