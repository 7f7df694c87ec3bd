-- Looks whether the keys that stand alone are what the engine makes of them, puts right what others did to them as far as the truth is
-- known elsewhere, and notes what it found. Any number of workers may do it at the same time.
--
-- KEYS format      string  number of the form that the state has
-- KEYS events      stream  the log
-- KEYS straight    stream  the log as it is written anew
-- KEYS position    string  id of the last applied entry
-- KEYS clock       hash    newest event time and its arrival, in ms, and a copy of the position
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings     stream  ledger and outbox
-- KEYS dead        stream  dead letters
-- KEYS automations hash    id -> current document
-- KEYS plans       hash    id -> places of its triggers
-- KEYS generation  string  number of the definitions
-- KEYS changes     zset    id -> generation of its last change
-- KEYS garbage     zset    state names that are gone
-- KEYS history     stream  what was changed, and where in the log
-- KEYS outdated    zset    <revision>:<id> of replaced documents -> until when firings named them, in ms
-- KEYS queues      zset    queue that an automation ever named -> generation of the last change that did
-- KEYS listeners   set     automations that want state-change events
-- KEYS parked      zset    followers waiting for their leader
-- KEYS holds       hash    parked event -> what waits for it
-- KEYS early       zset    names of the hashes of remembered times -> the end of their half hour in ms
-- KEYS settings    hash    what the whole namespace agrees on
-- KEYS counters    hash    decisions counted
-- KEYS quota_used  hash    automation -> how many keys hold state
-- KEYS quotas      hash    the most that may
-- KEYS own         zset    ids of entries that the engine wrote itself -> their ms
-- KEYS carried     zset    jobs that appended an entry -> when, in ms
-- KEYS received    zset    events that came by HTTP -> when, in ms
-- KEYS handlers    hash    types of actions that somebody carries out
-- KEYS fed         hash    sources of a log that is fed from others
-- KEYS reached     hash    up to when the applied entries tell of each
-- KEYS sources     hash    the place in sources elsewhere
-- KEYS deliveries  hash    how deliveries went
-- KEYS delivered   zset    jobs that are under way or were sent
-- KEYS undelivered zset    jobs that failed for good
-- KEYS silences    hash    silences
-- KEYS outcomes    hash    what of the actions of firings was kept back
-- KEYS outcome_times zset  since when
-- KEYS muted       hash    alerts that nobody was told of
-- KEYS budgets     hash    what a budget holds back, by automation
-- KEYS waiting     zset    what goes out later
-- KEYS needed      zset    entries of the ledger that wait
-- KEYS grouping    hash    groups that take further firings
-- KEYS followed    string  generation of the front's definitions that a partition has taken over
-- KEYS jobs_home   string  history of the server of the jobs
-- KEYS audit       hash    what became of the log itself
-- KEYS seen        string  generations of remembered ids, as JSON
-- KEYS attempts    hash    who takes over which entry
-- KEYS workers     zset    signs of life
-- KEYS durable     string  a mark
-- KEYS acts        stream  what people changed
-- KEYS damage      hash    what others did to keys
-- KEYS copies      hash    what is small of other keys, as it stood at the last look
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV types       JSON    name of a key above -> its type
-- ARGV own         number of the form that this version writes
-- ARGV generation  the one that the worker knows
-- ARGV mark        of the namespace, where it has none yet
-- RETURNS word, mark of the namespace, key, grade, sentence, key, grade, sentence …
-- WORDS looked
-- RIGHTS first
local copies = include('copies')
local mend = include('mend')
local members = include('members')

local types = cjson.decode(args.types)
local c = mend.begin(keys, cjson.decode(args.prefixes), types)
mend.format(c, args.own)
mend.clock(c)
mend.generation(c, args.generation)
members.seen(c)
copies.restore(c)
members.followers(c)
members.early(c)
redis.call('HSETNX', keys.copies, 'mark', args.mark)
local mark = redis.call('HGET', keys.copies, 'mark')
return { 'looked', mark, unpack(mend.finish(c, types)) }
