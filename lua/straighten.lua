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
-- ARGV look      given: those that no worker has read yet are not looked at; all
-- RETURNS word, how many entries got another id
-- WORDS straight more
-- RIGHTS first
local limits = include('limits')
local own = include('own')
local position = include('position')
local rebuild = include('rebuild')
local stream = include('stream')
local time = include('time')
local usable = include('usable')

if args.now_ms ~= '' or redis.call('EXISTS', keys.events) == 0 then return { 'straight', '0' } end

local at, limit = position.of(keys), tonumber(args.limit)
if usable.ms(at) > limits.LATEST_ID_MS then
  at = position.by_memory(keys) -- versions before this one let it go there
  position.set(keys, at)
end
local now = time.now()
local latest, behind = usable.latest(now, at), usable.is_behind(now, at)
if args.look == 'given' and not behind and redis.call('HEXISTS', keys.audit, 'straight_to') == 0 then
  local last = stream.given(keys.events)
  if last and usable.ms(last) <= latest then return { 'straight', '0' } end
end
local info = stream.info(keys.events)
if usable.ms(info['last-generated-id']) > latest or redis.call('HEXISTS', keys.audit, 'straight_to') == 1 then
  return { 'more', string.format('%d', rebuild.step(keys, at, latest, behind and now or nil, limit)) }
end

-- Whether an entry has to go to the end of the log: its id is too small, or the clock was set back and it has no time yet.
local function goes_back(id, fields)
  if not behind then return usable.low(id) end
  if own.claimed(fields) ~= 'straightened' or not own.has(keys, id) then return true end
  local _, has_time = own.first(fields)
  return not has_time
end

local moved, first = 0, stream.behind(keys.events, at, 1)[1]
if not first or not behind and not usable.low(first[1]) then return { 'straight', '0' } end
for _, entry in ipairs(rebuild.page(keys.events, at, limit)) do
  local id, fields = entry[1], entry[2]
  if goes_back(id, fields) then
    moved = moved + rebuild.add_again(keys, keys.events, id, fields, behind and now or nil)
    redis.call('XDEL', keys.events, id)
    own.unmark(keys, id)
  end
end
if moved == 0 then return { 'straight', '0' } end
redis.call('XSETID', keys.events, stream.info(keys.events)['last-generated-id'], 'ENTRIESADDED', info['entries-added'])
redis.call('HINCRBY', keys.counters, 'straightened', moved)
return { 'more', string.format('%d', moved) }
