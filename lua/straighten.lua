-- Gives entries that are not applied and have no usable id (rules 4, Straightening) ids of the present, in small steps. Nothing behind
-- them is applied meanwhile, and their order stays. Any number of workers may do it at the same time.
--
-- KEYS events    stream  the log
-- KEYS straight  stream  the log as it is written anew, until it takes the place of the other
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms, and a copy of the position
-- KEYS seen      string  generations of remembered ids, as JSON
-- KEYS audit     hash    what became of the log itself, and how far the writing is
-- KEYS counters  hash    what became of entries; `straightened` of those that got another id
-- KEYS own       zset    ids of entries that the engine wrote itself -> their ms
-- KEYS dead      stream  dead letters
-- ARGV now_ms    virtual time, in which every id is right, or '' for the server's
-- ARGV limit     most entries that this call reads
-- RETURNS word, how many entries got another id
-- WORDS straight more
local engine = include('engine')
local limits = include('limits')
local own = include('own')
local position = include('position')
local rebuild = include('rebuild')
local stream = include('stream')
local usable = include('usable')

if args.now_ms ~= '' or redis.call('EXISTS', keys.events) == 0 then return { 'straight', '0' } end

local at, limit = position.of(keys), tonumber(args.limit)
if usable.ms(at) > limits.LATEST_ID_MS then
  at = position.by_memory(keys) -- versions before this one let it go there
  position.set(keys, at)
end
local info = stream.info(keys.events)
local latest = usable.latest(engine.now(), at)
if usable.ms(info['last-generated-id']) > latest or redis.call('HEXISTS', keys.audit, 'straight_to') == 1 then
  return { 'more', string.format('%d', rebuild.step(keys, at, latest, limit)) }
end

-- Ids that are too small stand before all others.
local first = stream.behind(keys.events, at, 1)[1]
if not first or not usable.low(first[1]) then return { 'straight', '0' } end
local moved = 0
for _, entry in ipairs(rebuild.page(keys.events, at, limit)) do
  if not usable.low(entry[1]) then break end
  moved = moved + rebuild.add_again(keys, keys.events, entry[1], entry[2])
  redis.call('XDEL', keys.events, entry[1])
  own.unmark(keys, entry[1])
end
redis.call('XSETID', keys.events, stream.info(keys.events)['last-generated-id'], 'ENTRIESADDED', info['entries-added'])
redis.call('HINCRBY', keys.counters, 'straightened', moved)
return { 'more', string.format('%d', moved) }
