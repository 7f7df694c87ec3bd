-- The state changes of a keyed count of five and nothing around them: no JSON, no rules, no checks. KEYS: position, due,
-- firings, counters. ARGV: id of the last entry, then for each event: hash of remembered ids, digest, window, index of its
-- trigger, key, trigger, start, end, forgotten at, entry id, event document.
local fired = 0
for i = 2, #ARGV, 11 do
  redis.call('HSETNX', ARGV[i], ARGV[i + 1], 0)
  local window = ARGV[i + 2]
  local stored = redis.call('HMGET', window, 'start', 'end', 'count', 'due')
  if not stored[1] then
    redis.call('HSET', window, 'start', ARGV[i + 6], 'end', ARGV[i + 7], 'count', '1', 'due', ARGV[i + 7], 'keep', ARGV[i + 8],
      'opened', ARGV[i + 9])
    redis.call('ZADD', ARGV[i + 3], ARGV[i + 8], ARGV[i + 4])
    redis.call('ZADD', KEYS[2], 'LT', ARGV[i + 8], ARGV[i + 5])
  elseif stored[3] == '4' then
    redis.call('HSET', window, 'start', ARGV[i + 7], 'end', ARGV[i + 8], 'count', '0', 'due', ARGV[i + 8], 'keep', ARGV[i + 8],
      'opened', ARGV[i + 9])
    redis.call('XADD', KEYS[3], '*', 'firing', '0123456789abcdef0123456789abcdef', 'automation', 'counter', 'revision', '1',
      'path', '', 'name', 'five of a kind', 'posture', 'Reactive', 'state', 'Triggered', 'triggered', ARGV[i + 6], 'decided',
      ARGV[i + 6], 'labels', '{"id":"customer.1234"}', 'event', ARGV[i + 10], 'children', '[]')
    fired = fired + 1
  else
    redis.call('HINCRBY', window, 'count', '1')
  end
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[4], 'applied', (#ARGV - 1) / 11)
return fired
