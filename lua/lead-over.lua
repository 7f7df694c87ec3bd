-- Carries out commands of `watchfire migrate`, as long as the state has the form that they begin with: what a run sends late, after
-- another one has come to the end, changes nothing.
--
-- KEYS format     string  number of the form that the state has
-- ARGV form       what has to stand there, '' for nothing
-- ARGV commands…  the words of each command, behind their number
-- RETURNS word, what stands there
-- WORDS led other
-- RIGHTS first
local found = redis.call('GET', keys.format) or ''
if found ~= args.form then return { 'other', found } end

local done = 0 -- values that were dealt with
while ARGV[args.commands + done + 1] do
  local words = tonumber(ARGV[args.commands + done + 1])
  redis.call(unpack(ARGV, args.commands + done + 2, args.commands + done + 1 + words))
  done = done + 1 + words
end
return { 'led', found }
