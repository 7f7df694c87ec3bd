-- The hashes that a generation of remembered ids is spread over. Digests are base64url, and a hash is named by how those in it
-- begin: Lua takes longer to write a number than to cut a text.
local M = {}

M.SIZES = { 4096, 32768, 262144, 2097152 } -- hashes in a generation

local WHOLE = { [4096] = 2, [32768] = 2, [262144] = 3, [2097152] = 3 } -- characters that name a hash
local HALVED = { [32768] = true, [2097152] = true } -- with an eighth of the characters behind them
local EIGHTHS = { [0] = '0', '1', '2', '3', '4', '5', '6', '7' }
local LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
local stems = {}

local function stem(e, generation)
  local known = stems[generation.number] or e.prefixes.seen .. generation.number .. ':'
  stems[generation.number] = known
  return known
end

-- The key of the hash that a digest belongs to.
function M.of(e, generation, digest)
  local whole = WHOLE[generation.size]
  local key = stem(e, generation) .. digest:sub(1, whole)
  return HALVED[generation.size] and key .. EIGHTHS[digest:byte(whole + 1) % 8] or key
end

-- The key of one hash of a generation; index from 0.
function M.at(e, generation, index)
  local size, name = generation.size, ''
  if HALVED[size] then index, name = math.floor(index / 8), EIGHTHS[index % 8] end
  for _ = 1, WHOLE[size] do
    local letter = index % 64 + 1
    index, name = math.floor(index / 64), LETTERS:sub(letter, letter) .. name
  end
  return stem(e, generation) .. name
end

return M
