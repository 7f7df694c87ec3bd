-- The chunk as it is sent (src/redis/steps/wire.ts): lists instead of objects, which take Lua half the time to read.
local M = {}

-- [entry, word, reason?] for what is not applied, else
-- [entry, '', digest, t, received, origin, id, document, matches of each automation, follows, leader, occurred];
-- origin: 'own' of the engine's events, 'released' of those that were parked, '' of all that come from outside
function M.entry(sent)
  if sent[2] ~= '' then return { entry = sent[1], word = sent[2], reason = sent[3] } end
  return {
    entry = sent[1], digest = sent[3], t = sent[4], received = sent[5], own = sent[6] == 'own', fresh = sent[6] == '', id = sent[7], document = sent[8],
    matches = sent[9], follows = sent[10], leader = sent[11], occurred = sent[12],
  }
end

-- [name, posture, threshold, within, after, standing, keyed, rooted], read once for a chunk
function M.trigger(triggers, index)
  local trigger = triggers[index]
  if trigger.name then return trigger end
  trigger.name, trigger.posture, trigger.threshold, trigger.within = unpack(trigger, 1, 4)
  trigger.after, trigger.standing, trigger.keyed, trigger.rooted = unpack(trigger, 5, 8)
  return trigger
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
