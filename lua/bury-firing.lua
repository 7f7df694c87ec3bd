-- Puts a firing that can never be relayed to the dead letters and acknowledges it: once, whoever else comes to the same conclusion.
--
-- KEYS firings  stream  ledger and outbox
-- KEYS dead     stream  rejected entries and firings
-- ARGV group    consumer group
-- ARGV entry    stream id of the firing
-- ARGV reason   why it cannot be relayed
-- ARGV fields   JSON    its fields as a flat list; empty for one that was trimmed away
-- RETURNS word
-- WORDS buried gone
local held = redis.call('XPENDING', keys.firings, args.group, args.entry, args.entry, 1)[1]
-- One that is there and not held has been acknowledged. One that was trimmed away may be held no longer just because of that.
if not held and redis.call('XRANGE', keys.firings, args.entry, args.entry)[1] then return { 'gone' } end
redis.call('XADD', keys.dead, '*', 'source', 'firings', 'entry', args.entry, 'reason', args.reason,
  'attempts', string.format('%d', held and held[4] or 0), 'fields', args.fields)
redis.call('XACK', keys.firings, args.group, args.entry)
return { 'buried' }
