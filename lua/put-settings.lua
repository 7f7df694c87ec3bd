-- Changes what the whole namespace agrees on, settings or quotas, between two entries of the log: what was due before is settled as it was.
--
-- KEYS events       stream  the log
-- KEYS position     string  id of the last applied entry
-- KEYS clock        hash    newest event time and its arrival, in ms
-- KEYS due          zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings      stream  ledger and outbox
-- KEYS dead         stream  dead letters
-- KEYS generation   string  number of the definitions
-- KEYS seen         string  generations of remembered ids, as JSON
-- KEYS audit        hash    what became of the log itself
-- KEYS straight     stream  the log as it is written anew
-- KEYS listeners    set     automations that want state-change events
-- KEYS parked       zset    followers waiting for their leader
-- KEYS early       zset    names of the hashes of remembered times -> the end of their half hour in ms
-- KEYS settings    hash    what the whole namespace agrees on
-- KEYS counters     hash    decisions counted
-- KEYS automations  hash    id -> current document
-- KEYS changes      zset    id -> generation of its last change
-- KEYS outdated    zset    <revision>:<id> of replaced documents -> until when firings named them, in ms
-- KEYS garbage      zset    state names that are gone
-- KEYS quota_used         hash    automation -> how many keys hold state
-- KEYS quotas       hash    the most that may
-- KEYS history     stream  what was changed, and where in the log
-- KEYS own         zset    ids of entries that the engine wrote itself -> their ms
-- KEYS reached  hash    open source -> the ms up to which the applied entries tell of it
-- KEYS damage      hash    what others did to keys
-- KEYS copies      hash    what is small of other keys
-- ARGV prefixes     JSON    of src/redis/keys.ts
-- ARGV now_ms       virtual time, or '' for the server's
-- ARGV limit        most obligations settled by this call
-- ARGV change       JSON    src/redis/steps/put-settings.ts, SettingsChange
-- RETURNS word, generation
-- WORDS changed stale-definitions more-due
-- RIGHTS first
local change = include('change')
local engine = include('engine')

local c, e, refused = change.begin(keys, args.prefixes, args.now_ms, args.limit, args.change)
if refused then return refused end

for _, pair in ipairs(c.set) do redis.call('HSET', keys[c.of], pair[1], pair[2]) end
for _, field in ipairs(c.reset) do redis.call('HDEL', keys[c.of], field) end
redis.call('HDEL', keys.copies, c.of) -- else it would be put back where the last one is reset
return { 'changed', engine.int(change.finish(e, c)) }
