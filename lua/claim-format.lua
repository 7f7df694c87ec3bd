-- Tells whether this version can work on the state in the namespace, and writes its number into a namespace that has no state yet.
--
-- KEYS format      string  number of the form that the state has; version 0.1.0 wrote none
-- KEYS position    string  id of the last applied entry
-- KEYS generation  string  counts the changes of definitions
-- KEYS audit       hash    what the last looks at the log found
-- KEYS counters    hash    what became of entries
-- ARGV own         number of the form that this version writes
-- RETURNS word, number found ('' for none)
-- WORDS claimed same older newer
-- RIGHTS first
local own, found = tonumber(args.own), redis.call('GET', keys.format)
if found then
  -- `watchfire migrate` writes `leaving N` while it is at work. Anything else that is no number was not written by an earlier version.
  local number = tonumber(found) or tonumber(found:match('^leaving (%d+)$')) or math.huge
  if number == own then return { 'same', found } end
  return { number < own and 'older' or 'newer', found }
end

-- A worker of any version leaves `audit`, a change of definitions `generation`, an applied entry the others. The log says
-- nothing: producers may have filled it before the first worker came.
if redis.call('EXISTS', keys.position, keys.generation, keys.audit, keys.counters) > 0 then return { 'older', '' } end
redis.call('SET', keys.format, args.own)
return { 'claimed', '' }
