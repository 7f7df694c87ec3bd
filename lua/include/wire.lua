-- The chunk as it is sent (src/redis/wire.ts): lists instead of objects, which take Lua half the time to read.
local M = {}

-- [entry, word, reason?, error?, attempts?] for what is not applied, else
-- [entry, '', digest, t, received, origin, id, document, matches of each automation, follows, leader, occurred];
-- t and received count from the milliseconds of the entry's id, which keeps them short;
-- origin: 'own' of the engine's events, 'released' of those that were parked, '' of all that come from outside
function M.entry(sent)
  if sent[2] ~= '' then return { entry = sent[1], word = sent[2], reason = sent[3], error = sent[4], attempts = sent[5] } end
  local at = tonumber(sent[1]:match('^%d+'))
  return {
    entry = sent[1], at = at, digest = sent[3], t = at + sent[4], received = at + sent[5], own = sent[6] == 'own',
    fresh = sent[6] == '', id = sent[7], document = sent[8], matches = sent[9], follows = sent[10], leader = sent[11],
    occurred = sent[12],
  }
end

-- [name, posture, threshold, within, after, standing, keyed, rooted], read once for a chunk
function M.trigger(triggers, index)
  local sent = triggers[index]
  if sent.name then return sent end
  triggers[index] = {
    name = sent[1], posture = sent[2], threshold = sent[3], within = sent[4], after = sent[5], standing = sent[6],
    keyed = sent[7], rooted = sent[8],
  }
  return triggers[index]
end

-- [trigger, key, arms, expects, trigger, key, …] of one automation, depth first
function M.matches(triggers, flat)
  local matches = {}
  for i = 1, #flat, 4 do
    local trigger = M.trigger(triggers, flat[i])
    matches[#matches + 1] = { trigger = trigger, key = flat[i + 1], arms = flat[i + 2], expects = flat[i + 3] }
  end
  return matches
end

return M
