import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/key.lua': {
    '17, payload as a key: a composite finds it': [
      'if found or name:sub(1, #PAYLOAD) ~= PAYLOAD then return found end',
      'do return found end',
    ],
    '17, payload as a key: a label comes first': ['if found or name:sub', 'if name:sub'],
    '17, payload as a key: only where the name says so': [
      'if found or name:sub(1, #PAYLOAD) ~= PAYLOAD then',
      'if found then',
    ],
  },
  'lua/include/payload.lua': {
    '17, payload as a key: texts end where they end': [
      "while text:sub(at, at) == '\\\\' do at = text:find('[\"\\\\]', at + 2) end",
      '',
    ],
    '17, payload as a key: a text can end with a backslash': [
      "do at = text:find('[\"\\\\]', at + 2) end",
      "do at = text:find('[\"\\\\]', at + 1) end",
    ],
    '17, payload as a key: braces in texts are no braces': [
      "at = text:find('[{}\"%[%]]', at + 1)",
      "at = text:find('[{}%[%]]', at + 1)",
    ],
    '17, payload as a key: objects nest': [
      "elseif found == '{' or found == '[' then\n      depth = depth + 1",
      "elseif found == '[' then\n      depth = depth + 1",
    ],
    '17, payload as a key: lists nest': ["elseif found == '{' or found == '[' then", "elseif found == '{' then"],
    '17, payload as a key: a text is read': [
      "return quoted:find('\\\\', 1, true) and cjson.decode('[' .. quoted .. ']')[1] or quoted:sub(2, -2)",
      'return quoted:sub(2, -2)',
    ],
    '17, payload as a key: names are read': [
      'if text_of(text:sub(at, stop)) == name then',
      'if text:sub(at + 1, stop - 1) == name then',
    ],
    '17, payload as a key: an index has no leading zeros': ["not name:find('^[1-9]%d*$')", "not name:find('^%d+$')"],
    '17, payload as a key: 0 is an index': ["if name ~= '0' and not name", 'if not name'],
    '17, payload as a key: no element behind the last': ["if text:sub(at, at) ~= ',' then return nil end", ''],
    '17, payload as a key: elements of lists': [
      "elseif kind == '[' then from = element(document, from, name)",
      "elseif kind == '[' then return nil",
    ],
    '17, payload as a key: an object is none': ["return kind ~= '{' and kind ~= '['", "return kind ~= '['"],
    '17, payload as a key: a list is none': ["return kind ~= '{' and kind ~= '['", "return kind ~= '{'"],
    '17, payload as a key: null is none': [" and value ~= 'null' and value or nil", ' and value or nil'],
    '17, payload as a key: it begins behind the resources': [
      'document:find(\'],"occurred":\', 1, true), true)',
      '1, true)',
    ],
  },
};
