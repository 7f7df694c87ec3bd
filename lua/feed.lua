-- Feeds the log with entries of a source, which is another log: each exactly once and in its order. A call that comes late, twice or
-- behind a gap changes nothing. It brings what concerns this log of the entries of the source behind `from`, up to `to`.
--
-- KEYS events      stream  the log
-- KEYS fed         hash    source -> how far it was fed (lua/include/fed.lua)
-- KEYS own         zset    ids of entries that the engine wrote itself -> their ms
-- KEYS generation  string  number of the definitions
-- ARGV source      its name
-- ARGV from        id of the source: up to here the caller takes this log to be fed
-- ARGV to          id of the source: up to here it is fed then
-- ARGV generation  that of this log that said what concerns it; '' where that does not hang on it
-- ARGV now_ms      virtual time, or '' for the server's
-- ARGV entries…    of each its id in the source, how many texts it has, and these
-- RETURNS word, id of the source up to which this log is fed, or ''
-- WORDS fed already-fed not-my-turn not-open stale-definitions
-- RIGHTS first
local fed = include('fed')
local own = include('own')
local stream = include('stream')
local typed = include('typed')

-- Fence.
local source = fed.read(keys, args.source)
if not source or not source.open then return { 'not-open', '' } end
if not stream.after(args.to, source.id) then return { 'already-fed', source.id } end
if args.from ~= source.id then return { 'not-my-turn', source.id } end
if args.generation ~= '' and args.generation ~= (redis.call('GET', keys.generation) or '0') then return { 'stale-definitions', source.id } end
typed.check(keys.own, 'zset')
typed.check(keys.events, 'stream')

local next_id, at = args.now_ms == '' and '*' or args.now_ms .. '-*', args.entries + 1
while ARGV[at] do
  local id, count = ARGV[at], tonumber(ARGV[at + 1])
  own.mark(keys, redis.call('XADD', keys.events, next_id, 'fed', args.source .. ' ' .. id, unpack(ARGV, at + 2, at + 1 + count)))
  source.told = math.max(source.told, tonumber(id:match('^%d+')))
  at = at + 2 + count
end
source.id = args.to
fed.write(keys, args.source, source)
return { 'fed', source.id }
