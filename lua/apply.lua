-- Moves the log forward by one chunk: every entry exactly once, in order, in this step. The position fences: a late call changes nothing.
--
-- KEYS events      stream  the log
-- KEYS position    string  id of the last applied entry
-- KEYS clock       hash    newest event time and its arrival, in ms
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings     stream  ledger and outbox
-- KEYS dead        stream  rejected entries
-- KEYS generation  string  number of the definitions
-- KEYS listeners   set     automations that want state-change events
-- KEYS parked      zset    followers waiting for their leader
-- KEYS seen        string  generations of remembered ids, as JSON
-- KEYS holds       hash    parked event -> what waits for it
-- KEYS early       zset    names of the hashes of remembered times -> the end of their half hour in ms
-- KEYS settings    hash    what the whole namespace agrees on
-- KEYS counters    hash    decisions counted
-- KEYS audit       hash    what became of the log itself
-- KEYS quota_used        hash    automation -> how many keys hold state
-- KEYS quotas      hash    the most that may
-- KEYS history     stream  what was changed, and where in the log
-- KEYS own         zset    ids of entries that the engine wrote itself -> their ms
-- KEYS reached  hash    open source -> the ms up to which the applied entries tell of it
-- KEYS damage      hash    what others did to keys
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV now_ms      virtual time, or '' for the server's
-- ARGV worker      id of the worker that calls, or ''
-- ARGV limit       most obligations settled by this call
-- ARGV chunk       packed  src/redis/wire.ts
-- ARGV heads       letters that begin the digests of event ids, five each, in the order of the entries
-- ARGV tails       packed  the rest of each digest, nine bytes
-- ARGV documents   packed  event documents, JSON one behind the other; an event says where its own begins
-- RETURNS word, position, wake-up in ms or '', error or '', words of each applied entry as lines of one text
-- WORDS applied not-my-turn already-applied stale-definitions more-due failed gone unusable-ids
local buckets = include('buckets')
local due = include('due')
local engine = include('engine')
local entry = include('entry')
local log = include('log')
local packed = include('packed')
local stream = include('stream')
local usable = include('usable')
local wire = include('wire')

-- Fence.
local chunk, e = packed.head(args.chunk), engine.open(keys, args.prefixes, args.now_ms, args.worker)
e.budget, e.chunk = tonumber(args.limit), chunk
if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then return { 'stale-definitions', e.position, '', '' } end
if not stream.after(chunk.last, e.position) then return { 'already-applied', e.position, '', '' } end
packed.read(chunk)
local first, first_id = 1, chunk.first
while not stream.after(first_id, e.position) do
  first = first + 1
  first_id = wire.entry_id(chunk, first)
end
local ahead = usable.ms(chunk.last) > usable.latest(e.now, e.position)
if e.next_id == '*' and (ahead or usable.low(first_id) or e.behind and not packed.at_of(chunk, first)) then
  return { 'unusable-ids', e.position, '', '' }
end
local between = redis.call('XRANGE', keys.events, '(' .. e.position, '(' .. first_id, 'COUNT', 1)
if between[1] then return { 'not-my-turn', e.position, '', '' } end
-- Workers can still hold entries that a failover took back. A log only loses its end, so it is enough to ask for the last entry.
if not redis.call('XRANGE', keys.events, chunk.last, chunk.last)[1] then return { 'gone', e.position, '', '' } end

-- Read, before the first decision, and again before decisions are repeated.
buckets.open(e, args.heads, args.tails)
local ev, earliest, latest = wire.blank(args.documents, chunk.documents), packed.span(chunk, first)
local function begin()
  due.begin(e, latest)
  buckets.read(e, earliest)
  wire.begin(e, chunk)
  for i = 1, first - 1 do
    wire.entry(chunk, ev, i)
    if not ev.word then wire.pass(chunk, ev) end
  end
end

-- Decide and write.
return log.advance(e, chunk, first, begin, entry.decide, ev)
