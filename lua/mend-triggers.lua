-- Puts back what others removed of some automations, as far as it is known elsewhere.
-- Documents, compiled triggers and places in the index of deadlines are; deadlines without a window are noted where they are met.
--
-- KEYS generation  string  number of the definitions
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS automations hash    id -> current document
-- KEYS plans       hash    id -> places of its triggers
-- KEYS listeners   set     automations that want state-change events
-- KEYS quota_used  hash    automation -> how many keys hold state
-- KEYS damage      hash    what others did to keys
-- KEYS copies      hash    what is small of other keys, as it stood at the last look
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV generation  the one that the automations were read at
-- ARGV page        JSON    src/redis/steps/mend-triggers.ts, Planned
-- RETURNS word, key, grade, sentence …; with `gaps` behind a first '': state names whose deadlines lack keys
-- WORDS mended gaps stale-definitions
-- RIGHTS first
local damage = include('damage')
local repair = include('repair')
local time = include('time')

if (redis.call('GET', keys.generation) or '0') ~= args.generation then return { 'stale-definitions' } end
local r = repair.begin(keys, cjson.decode(args.prefixes))
for _, planned in ipairs(cjson.decode(args.page)) do repair.automation(r, planned) end

local answer = { r.gaps[1] and 'gaps' or 'mended' }
for _, one in ipairs(r.found) do
  damage.note(keys, time.now(), unpack(one))
  for _, text in ipairs(one) do answer[#answer + 1] = text end
end
if r.gaps[1] then
  answer[#answer + 1] = ''
  for _, name in ipairs(r.gaps) do answer[#answer + 1] = name end
end
return answer
