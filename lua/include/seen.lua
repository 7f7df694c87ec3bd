-- Which event ids were applied less than half an hour ago, by the positions of the entries (rules 12.1).
-- Ids are kept as digests in small hashes, which Redis packs tightly. A generation of them is closed after half an hour,
-- or when its hashes fill up; the next one then gets more of them. So a lookup asks two generations, or a few more
-- for the half hour after the load grew. Time is that of positions and not the wall clock: a log that stood still for a day
-- still knows its duplicates when it goes on.
local limits = include('limits')
local shard = include('shard')

local M = {}

local MEMORY_MS, FULL = limits.MEMORY_MS, limits.IDS_PER_HASH
local ages = {} -- as text, which takes Lua longer to write than all else here; most entries of a chunk are equally old

local function size_for(ids, at_least)
  for _, size in ipairs(shard.SIZES) do if size >= at_least and size * FULL > ids then return size end end
  return shard.SIZES[#shard.SIZES]
end

-- generations: newest first; from, to: milliseconds of the first and the last position in it.
function M.load(e)
  if not e.generations then e.generations = cjson.decode(redis.call('GET', e.keys.seen) or '[]') end
  return e.generations
end

-- The generation that ids applied at `at` go to.
local function current(e, at)
  local newest = M.load(e)[1]
  if newest and at - newest.from < MEMORY_MS and newest.count < newest.size * FULL then return newest end
  local number, size = 1, shard.SIZES[1]
  if newest then
    local grown = at - newest.from < MEMORY_MS and newest.size + 1 or 0
    number, size = newest.number + 1, size_for(newest.count, grown)
  end
  table.insert(e.generations, 1, { number = number, from = at, to = at, size = size, count = 0 })
  return e.generations[1]
end

local function holds(e, generation, digest, at)
  if at - generation.to >= MEMORY_MS then return false end
  local applied = redis.call('HGET', shard.of(e, generation, digest), digest)
  return applied and at - generation.from - applied < MEMORY_MS
end

-- at: the milliseconds of the asking entry's position.
function M.has(e, digest, at)
  for _, generation in ipairs(M.load(e)) do
    if holds(e, generation, digest, at) then return true end
  end
  return false
end

-- Answers whether it is new. Ids in the generation that is written to are never outdated.
function M.remember(e, digest, at)
  local generation = current(e, at)
  for i = 2, #e.generations do
    if holds(e, e.generations[i], digest, at) then return false end
  end
  local age = at - generation.from
  ages[age] = ages[age] or string.format('%d', age)
  if redis.call('HSETNX', shard.of(e, generation, digest), digest, ages[age]) == 0 then return false end
  generation.to, generation.count, e.ids_changed = at, generation.count + 1, true
  return true
end

function M.save(e)
  if e.ids_changed then redis.call('SET', e.keys.seen, cjson.encode(e.generations)) end
end

-- An entry was set aside half-way: when it is sent once more it is no duplicate.
function M.unremember(e)
  local generation = M.load(e)[1]
  generation.count = generation.count - redis.call('HDEL', shard.of(e, generation, e.digest), e.digest)
end

return M
