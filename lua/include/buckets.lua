-- The buckets that remembered ids are kept in (seen.lua), as a call asks for them. A chunk has 1,000 entries at most, each with two
-- digests (src/config.ts, chunkSize): one command takes them all.
local damage = include('damage')
local limits = include('limits')
local packed = include('packed')
local typed = include('typed')

local M = {}

local MEMORY_MS = limits.MEMORY_MS
local LETTERS = { [1024] = 'c2xxx', [32768] = 'c3xx', [1048576] = 'c4x', [33554432] = 'c5' } -- what cuts their names out of heads
local HEAD, TAIL = 5, 'c9' -- bytes of a head, of a tail

M.SIZES = { 1024, 32768, 1048576, 33554432 } -- buckets in a generation

-- generations: newest first; from, to: milliseconds of the first and the last position in it.
function M.load(e)
  if e.generations then return e.generations end
  local readable, list = pcall(cjson.decode, typed.call('string', 'GET', e.keys.seen) or '[]')
  if not readable or type(list) ~= 'table' or list[1] and (type(list[1]) ~= 'table' or not list[1].number) then
    damage.fail(e.keys.seen, 'holds no generations of ids')
  end
  e.generations = list
  return list
end

-- Makes known what the call asks for. heads, tails: those of its digests, one behind the other.
function M.open(e, heads, tails)
  local count = #heads / HEAD
  e.digests = --[[digests]] { heads = heads, count = count, tails = packed.column(TAIL, count, tails, 1), fields = {} }
end

-- The names of the buckets that the digests belong to in a generation of that size.
local function fields_of(e, size)
  local digests = e.digests
  if not digests.fields[size] then digests.fields[size] = packed.column(LETTERS[size], digests.count, digests.heads, 1) end
  return digests.fields[size]
end

-- Makes known the buckets of a generation. texts: those that the digests belong to, by the number of the digest; false of a new one.
function M.of(e, generation, texts)
  local known = --[[buckets]] {
    key = e.prefixes.seen .. string.format('%d', generation.number), fields = fields_of(e, generation.size),
    texts = texts or {}, -- as read, by the number of the digest
    fresh = not texts, -- whether nothing has read the hash
    written = {}, -- name of a bucket -> what this call makes of it
  }
  e.buckets[generation.number] = known
  return known
end

-- Reads the buckets of the call's digests. at: ms of the first entry that asks.
function M.read(e, at)
  local count = e.digests.count
  if count == 0 then return end -- entries can be set aside even while the memory cannot be read
  for _, generation in ipairs(M.load(e)) do
    if at - generation.to >= MEMORY_MS then break end
    local known = M.of(e, generation, {})
    known.texts = typed.hash('HMGET', known.key, unpack(known.fields))
  end
end

-- The name of the followers of a leader: its digest as text.
function M.name(e, digest)
  local head = e.digests.heads:sub((digest - 1) * HEAD + 1, digest * HEAD)
  return head .. e.digests.tails[digest]:gsub('.', function(c) return string.format('%02x', c:byte()) end)
end

return M
