-- The chunk as it is sent (src/redis/wire.ts): its values in a few long lists, because every table costs Lua more to make and to
-- drop again than a value costs to read. So the tables here are filled anew for each entry; do not keep one.
local M = {}

-- By the sum of what holds: 1 arms, 2 expects, 4 last of its automation.
local LAST = 4
local ARMS = { [1] = true, [3] = true, [5] = true, [7] = true }
local EXPECTS = { [2] = true, [3] = true, [6] = true, [7] = true }

-- The entry that is being applied. Times in ms; false: none.
local ev = --[[event]] {
  last = 0, first = 0, -- where its values end, where its matches begin
  word = false, reason = false, error = false, attempts = false, -- of what is no event, or one that was given up
  digest = '', id = '', -- of the event: how its id is remembered, and the id itself
  at = 0, t = 0, received = 0, -- when the entry came, when the event happened, when it was received first
  own = false, fresh = false, -- whether it is the engine's own event; whether it comes from outside for the first time
  document = 0, -- the number of its document, 0: not sent
  follows = false, leader = false, occurred = false, -- the id it follows, that one's digest, `occurred` as it was sent
  entry = false, as_of = 0, doc = false, -- set when it is applied: id of the entry, as_of of it, the document
}
local matches, made, triggers = {}, {}, {}

-- The entry whose values begin at `from`. The first is how many there are, the second what becomes of it:
-- '' an event from outside that has just arrived: digest, id, at, t, and if anything can need it document, matches
-- '+' any other event: the same with received, origin, follows, leader, occurred in front of the matches
-- else the word, reason, error, attempts
-- at, t and received count from the chunk's base in ms; origin: 'own' of the engine's events, 'released' of those that were
-- parked, '' of all that come from outside
function M.entry(chunk, from)
  local v, word = chunk.values, chunk.values[from + 1]
  local event = word == '' or word == '+'
  ev.last = from + v[from] - 1
  ev.word = not event and word
  if not event then
    ev.reason, ev.error, ev.attempts = false, false, false
    if ev.last >= from + 2 then ev.reason = v[from + 2] end
    if ev.last >= from + 3 then ev.error, ev.attempts = v[from + 3], v[from + 4] end
    return ev
  end
  ev.digest, ev.id, ev.at, ev.t = v[from + 2], v[from + 3], chunk.base + v[from + 4], chunk.base + v[from + 5]
  ev.document = ev.last >= from + 6 and v[from + 6] or 0
  ev.received, ev.own, ev.fresh, ev.follows, ev.first = ev.at, false, true, false, from + 7
  if word == '+' then
    ev.received, ev.own, ev.fresh = chunk.base + v[from + 7], v[from + 8] == 'own', v[from + 8] == ''
    if v[from + 9] ~= '' then ev.follows, ev.leader, ev.occurred = v[from + 9], v[from + 10], v[from + 11] end
    ev.first = from + 12
  end
  return ev
end

-- name, threshold, within and the sum of what holds: 1 proactive, 2 after, 4 standing, 8 keyed, 16 rooted; read once for a chunk
local function trigger(chunk, index)
  local known = triggers[index]
  if known then return known end
  local at = index * 4 - 3
  local flags = chunk.triggers[at + 3]
  known = --[[trigger of a chunk]] {
    name = chunk.triggers[at], threshold = chunk.triggers[at + 1], within = chunk.triggers[at + 2],
    posture = flags % 2 == 1 and 'Proactive' or 'Reactive', after = flags % 4 >= 2, standing = flags % 8 >= 4,
    keyed = flags % 16 >= 8, rooted = flags >= 16,
  }
  triggers[index] = known
  return known
end

-- The matches of one automation, depth first, from the one at `from` on: trigger, key, sum. Answers them and where the next begin.
function M.matches(chunk, from)
  local v, count = chunk.values, 0
  repeat
    count = count + 1
    local m, flags = made[count] or {}, v[from + 2]
    m.trigger, m.key, m.arms, m.expects = trigger(chunk, v[from]), v[from + 1], ARMS[flags], EXPECTS[flags]
    made[count], matches[count] = m, m
    from = from + 3
  until flags >= LAST
  for i = count + 1, #matches do matches[i] = nil end
  return matches, from
end

return M
