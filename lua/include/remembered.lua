-- How remembered times (early.lua) are kept. One hash has all lists of a trigger that end in the same half hour; a list that grows moves
-- on to the newest one. The times of a key are a field of it: `time time … +late`, in ms after the half hour began, which keeps them
-- short; `late`: by how much the largest max(t, as_of) exceeds the newest.
local engine = include('engine')
local limits = include('limits')
local typed = include('typed')

local M = {}

local format = string.format

local SPAN = limits.EARLY_SPAN_MS

local function hash(e, s, span)
  return e.prefixes.early .. engine.int(span) .. ':' .. s.name
end

local function text_of(known, span)
  local texts = {}
  for i, time in ipairs(known.times) do texts[i] = engine.int(time - span * SPAN) end
  texts[#texts + 1] = '+' .. engine.int(known.latest - known.times[#known.times])
  return table.concat(texts, ' ')
end

-- The times that a text tells of, which stands in the half hour of that number.
function M.read(text, span)
  local times = {}
  for time in text:gmatch('(%-?%d+) ') do times[#times + 1] = time + span * SPAN end
  return --[[remembered times]] { times = times, latest = times[#times] + text:match('%+(%d+)$'), changed = false }
end

-- Whether any list of the trigger stands in the half hour of that number.
function M.has(e, s, span)
  return typed.check(hash(e, s, span), 'hash')
end

-- The texts of these keys in the half hour of that number, each false where there is none.
function M.texts(e, s, span, keys)
  return typed.hash('HMGET', hash(e, s, span), unpack(keys))
end

function M.forget(e, s, span, key)
  engine.later(e, 'HDEL', hash(e, s, span), key)
end

-- The text of a list of one time.
function M.text_of_one(t, latest, span)
  return format('%d +%d', t - span * SPAN, latest - t)
end

-- What changed, by half hours: number -> keys with their texts, flat. A list that grew after it was new comes behind its first text.
local function changes(s)
  local spans = { [s.fresh_span] = s.remembers }
  for key, known in pairs(s.early) do
    if type(known) == 'table' and known.changed then
      local span = math.floor(known.latest / SPAN)
      local flat = spans[span] or {}
      spans[span], flat[#flat + 1], flat[#flat + 2] = flat, key, text_of(known, span)
    end
  end
  if not spans[s.fresh_span][1] then spans[s.fresh_span] = nil end
  return spans
end

-- Works out what is to be written of a trigger. Answers the names of the hashes.
function M.prepare(e, s)
  s.remembers = changes(s)
  local names = {}
  for span in pairs(s.remembers) do names[#names + 1] = hash(e, s, span) end
  return names
end

-- Writes it, and notes the hashes for the janitor (lua/forget-early.lua).
function M.write(e, s)
  for span, flat in pairs(s.remembers) do
    for from = 1, #flat, 2 * limits.SLICE do
      redis.call('HSET', hash(e, s, span), unpack(flat, from, math.min(#flat, from + 2 * limits.SLICE - 1)))
    end
    redis.call('ZADD', e.keys.early, engine.int((span + 1) * SPAN), engine.int(span) .. ':' .. s.name)
  end
end

return M
