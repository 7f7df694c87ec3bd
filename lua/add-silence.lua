-- Adds a silence. Those that ended go as soon as they are old, or their room is needed.
--
-- KEYS silences  hash  id of a silence -> from and until in ms, what it says as JSON; `version` counts the changes
-- ARGV id        id of the new one
-- ARGV said      what it says, as JSON
-- ARGV for_ms    how long it holds, in ms
-- ARGV now_ms    virtual time, or '' for the server's
-- RETURNS word, from and until when it holds, in ms
-- WORDS added full
-- RIGHTS first
local limits = include('limits')
local silences = include('silences')
local time = include('time')

local now = tonumber(args.now_ms) or time.now()
local text = string.format('%d %d %s', now, now + args.for_ms, args.said)
local count, bytes, ended = silences.kept(keys.silences, now)
for _, old in ipairs(ended) do
  local room = count < limits.SILENCES and bytes + #args.id + #text <= limits.SILENCES_BYTES
  if room and now - old.over < limits.SILENCES_KEPT_MS then break end
  redis.call('HDEL', keys.silences, old.id)
  count, bytes = count - 1, bytes - old.bytes
end
if count >= limits.SILENCES or bytes + #args.id + #text > limits.SILENCES_BYTES then return { 'full', '', '' } end

redis.call('HSET', keys.silences, args.id, text)
redis.call('HINCRBY', keys.silences, 'version', 1)
return { 'added', string.format('%d', now), string.format('%d', now + args.for_ms) }
