-- Which event ids were applied less than half an hour ago, by the positions of the entries (semantics 12.1).
-- Ids are kept as digests in small hashes, two slots of time of which are alive.
local M = {}

local MEMORY_MS = 30 * 60 * 1000 -- semantics 1: seen memory; also the length of a slot

-- Digests are base64url text; their first character spreads the ids of a slot over this many hashes.
local SHARDS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

local function name(e, slot, digest)
  return e.prefixes.seen .. slot .. ':' .. digest:sub(1, 1)
end

-- at: the milliseconds of the asking entry's position.
function M.has(e, digest, at)
  local slot = math.floor(at / MEMORY_MS)
  for s = slot, slot - 1, -1 do
    local applied = redis.call('HGET', name(e, s, digest), digest)
    if applied then return at - applied < MEMORY_MS end
  end
  return false
end

function M.remember(e, digest, at)
  local slot = math.floor(at / MEMORY_MS)
  redis.call('HSET', name(e, slot, digest), digest, at)
  if e.slot ~= slot then
    e.slot = slot
    redis.call('ZADD', e.keys.seen, (slot + 2) * MEMORY_MS, slot)
  end
end

-- Removes all ids of one slot.
function M.forget(e, slot)
  for shard in SHARDS:gmatch('.') do redis.call('UNLINK', name(e, slot, shard)) end
end

return M
