-- Tells the log up to when its sources are fed and bring nothing more, where something is due that they hold back. Without any source it
-- only says whether that is so.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms
-- KEYS due       zset    state name -> earliest deadline in ms, a lower bound
-- KEYS parked    zset    followers waiting for their leader
-- KEYS settings  hash    what the whole namespace agrees on
-- KEYS seen      string  generations of remembered ids, as JSON
-- KEYS audit     hash    what became of the log itself
-- KEYS damage    hash    what others did to keys
-- KEYS own       zset    ids of entries that the engine wrote itself -> their ms
-- KEYS fed       hash    source -> how far it was fed (lua/include/fed.lua); '' -> when the last mark was added, in ms
-- KEYS reached   hash    open source -> the ms up to which the applied entries tell of it
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV now_ms    virtual time, or '' for the server's
-- ARGV sources…  of each its name, the id up to which the log is fed, the one up to which it is then, and the ms that it has reached
-- RETURNS word
-- WORDS marked wanted not-wanted too-soon no-gain
-- RIGHTS first
local engine = include('engine')
local fed = include('fed')
local limits = include('limits')
local own = include('own')
local sources = include('sources')
local stream = include('stream')
local typed = include('typed')

local open, e = fed.open(keys), engine.open(keys, args.prefixes, args.now_ms, '')

-- Up to when the log knows of all of them. What a source of the front log has reached comes to a partition with the front log.
local function told()
  local least = math.huge
  for _, source in pairs(open) do least = math.min(least, source.told) end
  for name, ms in pairs(e.stored_sources) do
    if not fed.read(keys, name) then least = math.min(least, ms) end
  end
  return least
end
local held = sources.held(e.now, told())

-- The time that the sources have to reach for the earliest that is due and waits for them; infinite where nothing does.
local function needed()
  local at = tonumber(redis.call('ZRANGE', keys.due, 0, 0, 'WITHSCORES')[2]) or math.huge
  local parked = tonumber(redis.call('ZRANGE', keys.parked, 0, 0, 'WITHSCORES')[2]) or math.huge
  local first = math.huge
  for _, time in ipairs({ at + engine.lag(e), parked + engine.settings(e).wait_ms }) do
    if time > held and time <= e.now then first = math.min(first, time) end
  end
  return first
end
local first = held < e.now and needed() or math.huge
if first == math.huge then return { 'not-wanted' } end
local last = tonumber(redis.call('HGET', keys.fed, '') or 0)
if args.now_ms == '' and e.now >= last and e.now < last + limits.MARK_MS then return { 'too-soon' } end
if not ARGV[args.sources + 1] then return { 'wanted' } end

local fields = {}
for at = args.sources + 1, #ARGV, 4 do
  local name, from, to, ms = unpack(ARGV, at, at + 3)
  local source = open[name]
  if source and source.id == from and tonumber(ms) > source.told then
    source.told, source.changed = tonumber(ms), true
    if stream.after(to, from) then source.id = to end
    fields[#fields + 1], fields[#fields + 2] = 'reached', name .. ' ' .. ms
  end
end
if told() < first then return { 'no-gain' } end
typed.check(keys.own, 'zset')
typed.check(keys.events, 'stream')
own.mark(keys, redis.call('XADD', keys.events, e.next_id, unpack(fields)))
for name, source in pairs(open) do
  if source.changed then fed.write(keys, name, source) end
end
redis.call('HSET', keys.fed, '', e.now_text)
return { 'marked' }
