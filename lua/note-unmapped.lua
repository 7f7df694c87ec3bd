-- Makes a dead letter of what came by HTTP and could not be made an event, once for its id.
--
-- KEYS received  zset    digest of an id -> when it came, in ms
-- KEYS dead      stream  dead letters
-- ARGV now_ms    virtual time, or '' for the server's
-- ARGV keep_ms   how long an id is remembered, in ms
-- ARGV digest    of its id, or '' where it has none
-- ARGV entry     the source, a space, its id
-- ARGV reason    a sentence
-- ARGV fields…   what came: field, value, field, value …
-- RETURNS word, id of the letter or ''
-- WORDS noted repeated
-- RIGHTS first
local dlq = include('dlq')
local received = include('received')

local now = received.open(keys, args.now_ms, args.keep_ms, 1)
if received.knows(keys, args.digest) then return { 'repeated', '' } end

local at = args.now_ms == '' and '*' or args.now_ms .. '-*'
local letter = dlq.command(keys, at, 'sources', args.entry, args.reason, nil, 1, { unpack(ARGV, args.fields + 1) }, false)
local id = redis.call(unpack(letter))
received.remember(keys, args.digest, now)
received.close(keys, args.keep_ms)
return { 'noted', id }
