-- A firing as text: what the ledger has of it, and the document of a child.
local engine = include('engine')
local key = include('key')

local M = {}

local encoded = {} -- names as JSON

local function encode(name)
  if not encoded[name] then encoded[name] = cjson.encode(name) .. ':' end
  return encoded[name]
end

-- triggering_labels as JSON: the names of for_each with the values of the key.
function M.labels(f)
  local names = f.trigger.names
  local values = key.values(f.key, #names)
  if #names == 1 then return '{' .. encode(names[1]) .. cjson.encode(values[1]) .. '}' end
  local members = {}
  for i, value in ipairs(values) do members[i] = encode(names[i]) .. cjson.encode(value) end
  return '{' .. table.concat(members, ',') .. '}'
end

function M.posture(trigger)
  if trigger.type ~= 'event' then return '' end
  return trigger.kind.proactive and 'Proactive' or 'Reactive'
end

-- The firing as a child of another one. Documents are large, and every string costs Lua its length: one goes into the
-- next without anything in between.
function M.document(e, f)
  local head = '{"id":"' .. f.id .. '","path":"' .. f.trigger.path .. '","state":"' .. f.state .. '","triggered":' .. engine.int(f.time)
    .. ',"decided":' .. e.now_text .. e.worker_json .. ',"revision":' .. f.trigger.revision .. ',"story":' .. f.story
    .. ',"labels":' .. M.labels(f) .. ',"event":'
  if not f.documents then return head .. (f.doc or 'null') .. ',"children":[]}' end
  return head .. (f.doc or 'null') .. ',"children":[' .. table.concat(f.documents, ',') .. ']}'
end

return M
