-- Puts what `watchfire repartition` wrote beside the state of an engine in its place, some keys a call: at first the keys go that the engine
-- shall not have any more, then each key that stands ready takes the place of the one with its name. A repeated call changes nothing.
--
-- KEYS next    zset  names of the keys that stand ready, as `<tag>:next:…` -> 0
-- KEYS former  zset  names of the keys that go -> 0
-- ARGV limit   most keys of one call
-- RETURNS word
-- WORDS more done
-- RIGHTS first
-- FLAGS allow-oom
local function each(list, deal)
  local names = redis.call('ZRANGE', list, 0, tonumber(args.limit) - 1)
  for _, name in ipairs(names) do deal(name) end
  if names[1] then redis.call('ZREM', list, unpack(names)) end
  return names[1] ~= nil
end

local function remove(name)
  if not redis.call('ZSCORE', keys.next, name) then redis.call('UNLINK', name) end
end

local function take(name)
  local ready = name:gsub('}:', '}:next:', 1)
  if redis.call('EXISTS', ready) == 0 then return end
  redis.call('UNLINK', name)
  redis.call('RENAMENX', ready, name)
end

if each(keys.former, remove) or each(keys.next, take) then return { 'more' } end
return { 'done' }
