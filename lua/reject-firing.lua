-- Moves a firing that can never be relayed to the dead letters and acknowledges it: once, however many relays try.
--
-- KEYS firings  stream  ledger and outbox
-- KEYS dead     stream  dead letters
-- KEYS outdated zset  <revision>:<id> of replaced documents -> until when firings named them, in ms
-- ARGV group    consumer group
-- ARGV entry    stream id of the firing
-- ARGV reason   why it cannot be relayed
-- ARGV error    what was thrown, or ''
-- RETURNS word
-- WORDS rejected gone
-- RIGHTS first
local dlq = include('dlq')
local revision = include('revision')

local held = redis.call('XPENDING', keys.firings, args.group, args.entry, args.entry, 1)[1]
local firing = redis.call('XRANGE', keys.firings, args.entry, args.entry)[1]
-- A firing that is there but not pending has been acknowledged. One that was trimmed away may be missing among the pending for that reason alone.
if not held and firing then return { 'gone' } end
local fields = firing and firing[2] or {}
local letter = redis.call(unpack(dlq.command(keys, '*', 'firings', args.entry, args.reason, args.error, held and held[4] or 0, fields)))
revision.hold(keys.outdated, fields, letter)
redis.call('XACK', keys.firings, args.group, args.entry)
return { 'rejected' }
