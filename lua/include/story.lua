-- What a firing was made of (rules 10), as JSON: its window, and what was counted there. Nothing is kept for it: it says what the record of
-- the key knows at the moment. Only facts of the log stand here; by whom and when it was decided stands beside it.
local engine = include('engine')

local M = {}

local format, int = string.format, engine.int

local function counts(kind, count, threshold)
  if kind.distinct then return format('"of":"distinct","count":%d,"threshold":%d}', count, threshold) end
  if not kind.summed then return '"count":' .. int(count) .. ',"threshold":' .. int(threshold) .. '}' end
  local finite = count - count == 0 -- a sum of large numbers may be none that JSON can write
  return '"of":"sum","count":' .. (finite and format('%.17g', count) or 'null') .. format(',"threshold":%.17g}', threshold)
end

-- A Reactive window that reached its threshold. Without `within` there is none, but the time at which it was armed.
function M.of_count(s, b)
  if s.within > 0 then
    return '{"kind":"tumbling","start":' .. int(b.start) .. ',"end":' .. int(b.finish) .. ',' .. counts(s.kind, b.count, s.threshold)
  end
  if s.kind.after then return format('{"kind":"count","start":%d,', b.start) .. counts(s.kind, b.count, s.threshold) end
  return '{"kind":"count",' .. counts(s.kind, b.count, s.threshold)
end

-- list: of a sliding window, by time.
function M.of_list(s, list)
  local newest = list[#list].time
  local head = format('{"kind":"sliding","start":%d,"end":%d,"since":%d,', newest - s.within, newest, list[1].time)
  return head .. counts(s.kind, #list, s.threshold)
end

-- A window that ended without what was expected. due: the as_of at which it had to be settled, where that is not its end.
function M.of_absence(trigger, b)
  local head = format('{"kind":"%s","start":%d,"end":%d,', trigger.kind.after and 'absence' or 'silence', b.start, b.finish)
  if b.due ~= b.finish then head = head .. format('"due":%d,', b.due) end
  if b.opener then head = head .. '"opener":' .. cjson.encode(b.opener) .. ',' end
  return head .. counts(trigger.kind, b.count, trigger.threshold)
end

-- What an alert tells: its end, or a reminder. start: of the window that fired; of a Reactive key the time of its firing; finish: when it
-- ends by time, if it does.
function M.of_alert(kind, start, finish)
  if finish then return format('{"kind":"%s","start":%d,"end":%d}', kind, start, finish) end
  return format('{"kind":"%s","start":%d}', kind, start)
end

-- times: of all child firings.
function M.of_children(composite, times)
  local from, to = math.huge, -math.huge
  for _, time in ipairs(times) do from, to = math.min(from, time), math.max(to, time) end
  return format('{"kind":"%s","start":%d,"end":%d,"count":%d,"threshold":%d}', composite.type, from, to, #times, composite.needed)
end

return M
