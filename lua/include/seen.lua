-- Which event ids were applied less than half an hour ago, by the positions of the entries (rules 12.1).
-- Ids are kept as digests in buckets of a few, the fields of one hash for each generation: so a chunk asks for all of its ids at
-- once, and Redis needs few bytes for each. A generation is closed after half an hour, or when its buckets fill up; the next one
-- then gets more of them. So a lookup asks two generations, or a few more for the half hour after the load grew. Time is that of
-- positions and not the wall clock: a log that stood still for a day still knows its duplicates when it goes on.
-- A digest is a head of five letters, of which the first ones name the bucket, and a tail of nine bytes (src/apply/digest.ts). A
-- bucket is a text of records, each a tail and three bytes of age in ms since the generation began.
local buckets = include('buckets')
local limits = include('limits')

local M = {}

local MEMORY_MS, FULL = limits.MEMORY_MS, limits.IDS_PER_BUCKET
local SIZES = buckets.SIZES
local RECORD = 12 -- bytes of a record

local byte, char, find = string.byte, string.char, string.find
local ages = {} -- as bytes; most entries of a chunk are equally old

local function age_of(ms)
  ages[ms] = char(math.floor(ms / 65536), math.floor(ms / 256) % 256, ms % 256)
  return ages[ms]
end

-- Whether a bucket has a record that is not outdated.
local function holds(generation, text, tail, at)
  local from = find(text, tail, 1, true)
  while from and (from - 1) % RECORD ~= 0 do from = find(text, tail, from + 1, true) end
  if not from then return false end
  local a, b, c = byte(text, from + #tail, from + RECORD - 1)
  return at - generation.from - (a * 65536 + b * 256 + c) < MEMORY_MS
end

-- digest: its number in the call; at: the milliseconds of the asking entry's position.
function M.has(e, digest, at)
  local generations = e.generations
  for i = 1, #generations do
    local generation = generations[i]
    local known = e.buckets[generation.number]
    if known and at - generation.to < MEMORY_MS then
      local text = known.written[known.fields[digest]] or known.texts[digest]
      if text and holds(generation, text, e.digests.tails[digest], at) then return true end
    end
  end
  return false
end

-- The generation that ids applied at `at` go to.
local function current(e, at)
  local newest = e.generations[1]
  local goes_on = newest and at >= newest.from and at - newest.from < MEMORY_MS -- `at` goes back when a clock was set back
  if goes_on and newest.count < newest.size * FULL then return newest end
  local number, size = 1, SIZES[1]
  if newest then
    number = newest.number + 1
    local grown = at - newest.from < MEMORY_MS and newest.size + 1 or 0
    for i = #SIZES, 1, -1 do
      if i == #SIZES or SIZES[i] >= grown and SIZES[i] * FULL > newest.count then size = SIZES[i] end
    end
  end
  local fresh = { number = number, from = at, to = at, size = size, count = 0 }
  buckets.of(e, fresh, false)
  table.insert(e.generations, 1, fresh)
  return fresh
end

-- Notes an applied id that is new.
function M.remember(e, digest, at)
  local generation = current(e, at)
  local known, age = e.buckets[generation.number], at - generation.from
  local written, field = known.written, known.fields[digest]
  written[field] = (written[field] or known.texts[digest] or '') .. e.digests.tails[digest] .. (ages[age] or age_of(age))
  if at > generation.to then generation.to = at end
  generation.count = generation.count + 1
end

-- Writes the buckets that changed, and what is known of the generations.
function M.write(e)
  local remembers = false
  for _, known in pairs(e.buckets) do
    local flat, count = {}, 0
    for field, text in pairs(known.written) do
      flat[count + 1], flat[count + 2] = field, text
      count = count + 2
    end
    if count > 0 then
      redis.call('HSET', known.key, unpack(flat))
      remembers = true
    end
  end
  if remembers then redis.call('SET', e.keys.seen, cjson.encode(e.generations)) end
end

return M
