-- Brings entries of a source that is no log of the engine into the log, each exactly once and in its order: the place in the source moves
-- in the same step. A call from any other place changes nothing.
--
-- KEYS events   stream  the log
-- KEYS fed      hash    source -> how far the log was fed from it (lua/include/fed.lua)
-- KEYS sources  hash    what is known of sources, the place in each among it (src/redis/sources.ts)
-- KEYS own      zset    ids of entries that the engine wrote itself -> their ms
-- KEYS dead     stream  dead letters
-- ARGV source   its name
-- ARGV from     place in the source up to which the caller takes it to be brought in
-- ARGV to       place up to which it is then
-- ARGV read     entries that the source ever had up to there; '' where nobody counts them
-- ARGV lost     entries that were removed from the source before they were read
-- ARGV reached  ms: nothing comes any more that arrived in the source before; '' for no such promise
-- ARGV now_ms   virtual time, or '' for the server's
-- ARGV entries… of each its id: `<ms>-<n>` of an event, any of a dead letter; what is wrong with it or ''; how many texts it has, and these
-- RETURNS word, place in the source, id up to which the log was fed from it
-- WORDS brought not-my-turn not-open paused
-- RIGHTS first
local dlq = include('dlq')
local fed = include('fed')
local own = include('own')
local typed = include('typed')

-- Fence.
local source = fed.read(keys, args.source)
local place = typed.hash('HGET', keys.sources, args.source)
if not source or not source.open or not place then return { 'not-open', place or '', '' } end
if place ~= args.from then return { 'not-my-turn', place, source.id } end
if args.to ~= args.from and typed.hash('HEXISTS', keys.sources, args.source .. ' paused') == 1 then return { 'paused', place, source.id } end
typed.check(keys.own, 'zset')
typed.check(keys.events, 'stream')
typed.check(keys.dead, 'stream')

local next_id = args.now_ms == '' and '*' or args.now_ms .. '-*'
local function note(what, count)
  if count > 0 then redis.call('HINCRBY', keys.sources, args.source .. ' ' .. what, string.format('%d', count)) end
end

local at, events, letters = args.entries + 1, 0, 0
while ARGV[at] do
  local id, wrong, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local fields = { unpack(ARGV, at + 3, at + 2 + count) }
  if wrong == '' then
    own.mark(keys, redis.call('XADD', keys.events, next_id, 'fed', args.source .. ' ' .. id, unpack(fields)))
    source.id, source.told, events = id, math.max(source.told, tonumber(id:match('^%d+'))), events + 1
  else
    redis.call(unpack(dlq.command(keys, next_id, 'sources', args.source .. ' ' .. id, wrong, nil, 1, fields)))
    letters = letters + 1
  end
  at = at + 3 + count
end
if args.reached ~= '' and tonumber(args.reached) > source.told then
  source.told = tonumber(args.reached)
  own.mark(keys, redis.call('XADD', keys.events, next_id, 'reached', args.source .. ' ' .. args.reached))
end
note('events', events)
note('letters', letters)
note('lost', tonumber(args.lost))
redis.call('HSET', keys.sources, args.source, args.to)
if args.read ~= '' then redis.call('HSET', keys.sources, args.source .. ' read', args.read) end
fed.write(keys, args.source, source)
return { 'brought', args.to, source.id }
