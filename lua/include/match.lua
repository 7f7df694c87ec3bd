-- What an event meets, match by match, as the chunk has it (packed.lua).
local M = {}

-- By the sum of what holds: 1 arms, 2 expects, 4 last of its automation; of rules 17: 8 resets, 16 resolves, 32 has no value.
local LAST, PLAIN, FLAGS = 4, 8, 64
local ARMS = { [1] = true, [3] = true, [5] = true, [7] = true }
local EXPECTS = { [2] = true, [3] = true, [6] = true, [7] = true }

-- The next match of an event: what is known of its trigger, the window of its key, whether the event arms and whether it is expected
-- there, whether that was the last match of an automation; what else it is there, and the number of the match. They come automation by automation, depth first.
function M.next(chunk)
  local at = chunk.match + 1
  chunk.match = at
  local number = chunk.matches[at]
  local flags = number % PLAIN
  local more = number % FLAGS - flags
  local cell = (number - flags - more) / FLAGS
  local b = chunk.windows[cell]
  if type(b) == 'string' then error(b, 0) end -- what is wrong with a window that cannot be read
  return chunk.states[cell], b, ARMS[flags], EXPECTS[flags], flags >= LAST, more, at
end

-- Whether the event resets there.
function M.resets(more)
  return more % 16 >= 8
end

local parts = {} -- by the sum of what holds

-- What an event is to a trigger that uses rules 17; more: of its match.
function M.part_two(arms, expects, more)
  local sum = more + (arms and 1 or 0) + (expects and 2 or 0)
  if not parts[sum] then
    parts[sum] = { arms = arms, expects = expects, resets = more % 16 >= 8, resolves = more % 32 >= 16, no_value = more >= 32 }
  end
  return parts[sum]
end

-- What it adds there; at: number of the match. false: nothing.
function M.value(chunk, s, at)
  local value = chunk.values[at] or false
  return value and s.kind.summed and tonumber(value) or value
end

return M
