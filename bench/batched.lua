-- Runs prepared commands and nothing around them: for a chunk, what the engine asks Redis to do for it, without a rule or a check.
-- ARGV: for each command how many values it has, then these.
local at = 1
while ARGV[at] do
  local last = at + ARGV[at]
  redis.call(unpack(ARGV, at + 1, last))
  at = last + 1
end
