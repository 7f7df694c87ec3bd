-- Reads the state of an engine in one round trip, for comparison with the reference model.
-- ARGV prefix of all keys, then a state name each, `e` before those of event triggers and `c` before those of composites
local prefix = ARGV[1]

local function window(name, key)
  local last = redis.call('HGET', prefix .. 'last:' .. name, key)
  return { redis.call('HGET', prefix .. 'windows:' .. name, key), last and (last:match('^{"id":"([^"]*)"') or last) }
end

local found = {}
for i = 2, #ARGV do
  local kind, name = ARGV[i]:sub(1, 1), ARGV[i]:sub(2)
  local index = redis.call('ZRANGE', prefix .. 'deadlines:' .. name, 0, -1, 'WITHSCORES')
  for j = 1, #index, 2 do
    local key, state = index[j], nil
    if kind == 'e' then
      state = window(name, key)
    else
      local group = prefix .. 'composite:' .. name .. ':' .. key
      state = { redis.call('HGET', group, 'index') or '', unpack(redis.call('HKEYS', group)) }
    end
    found[#found + 1] = { name, key, index[j + 1], state }
  end
end
return {
  redis.call('ZRANGE', prefix .. 'due', 0, -1, 'WITHSCORES'), redis.call('ZRANGE', prefix .. 'parked', 0, -1), found,
  redis.call('HGET', prefix .. 'quota-used', '') or '0',
}
