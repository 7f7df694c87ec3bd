-- Appends events that came by HTTP, each once: one whose id came before, as long as ids are remembered, is left out.
--
-- KEYS received  zset    digest of an id -> when it came, in ms
-- KEYS events    stream  the log
-- ARGV now_ms    virtual time, or '' for the server's
-- ARGV keep_ms   how long an id is remembered, in ms
-- ARGV events…   digest of its id, or '' where it has none; the event as JSON; the next digest …
-- RETURNS word, for each event the id of its entry, or '' where it came before
-- WORDS received
-- RIGHTS first
local received = include('received')

local events = { unpack(ARGV, args.events + 1) }
local now = received.open(keys, args.now_ms, args.keep_ms, #events / 2)
local at = args.now_ms == '' and '*' or args.now_ms .. '-*'
local entries = { 'received' }
for i = 1, #events, 2 do
  local digest, data, entry = events[i], events[i + 1], ''
  if not received.knows(keys, digest) then
    entry = redis.call('XADD', keys.events, at, 'data', data)
    received.remember(keys, digest, now)
  end
  entries[#entries + 1] = entry
end
received.close(keys, args.keep_ms)
return entries
