import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/tally.lua': {
    '17.2: a sum adds the value': ['b.count = b.count + ev.value', 'b.count = b.count + 1'],
    '17.2: the arming event adds nothing to a sum': ['    if opened then return end\n    b.count', '    b.count'],
    '17.2: a value counts once': ["or x.values and x.values:find('+' .. ev.value .. '+', 1, true) then", 'then'],
    '17.2: the whole value is compared': ["'+' .. ev.value .. '+', 1, true", 'ev.value, 1, true'],
    '17.2: the arming event is none of the values': ['if opened or x.values and', 'if x.values and'],
    '17.2: values join those of the window': [
      "x.values = (x.values or '+') .. ev.value .. '+'",
      "x.values = '+' .. ev.value .. '+'",
    ],
    '17.2: a new window has no values': [
      'x.values, x.counted, x.collected, x.idle = nil, nil, nil, nil',
      'x.counted, x.collected, x.idle = nil, nil, nil',
    ],
    '17.2: a sum is compared with 12 digits': [
      "s.kind.summed and tonumber(string.format('%.12g', b.count)) or b.count",
      'b.count',
    ],
    '17.2: with no more than 12': ["string.format('%.12g'", "string.format('%.9g'"],
    '17.2: enough is as much as the threshold': [
      'return count >= s.threshold\nend\n\n--',
      'return count > s.threshold\nend\n\n--',
    ],
  },
  'lua/include/absence.lua': {
    '17.2: one event makes up for what was missing of values': [
      's.kind.valued and 1 or s.threshold - b.count',
      's.threshold - b.count',
    ],
  },
  'lua/include/arming.lua': {
    '17.2: a Proactive window of values begins at 0': [
      '(expects and not s.kind.valued and 1 or 0)',
      '(expects and 1 or 0)',
    ],
  },
  'lua/include/reactive.lua': {
    '17.2: a Reactive window of values begins at 0': [
      'expects and not s.kind.valued and -1 or 0',
      'expects and -1 or 0',
    ],
    '17.2: a Reactive window that begins forgets the values': ['if s.kind.rich then tally.clear(b.extra) end', ''],
  },
  'lua/include/notation.lua': {
    '17.2: a sum is kept with its fraction': [
      "') ' .. (s.kind.summed and format('%.17g', b.count) or int(b.count))",
      "') ' .. int(b.count)",
    ],
    '17.2: a sum is kept to its last digit': [
      "') ' .. (s.kind.summed and format('%.17g'",
      "') ' .. (s.kind.summed and format('%.3g'",
    ],
  },
  'lua/include/state.lua': {
    '17.2: what came early adds nothing to values': ['sum % 4 == 3 and sum < 64', 'sum % 4 == 3'],
  },
  'lua/include/match.lua': {
    '17.2: what has no value says so': ['no_value = more >= 32', 'no_value = false'],
  },
  'lua/include/extra.lua': {
    '17.2: values are kept': ["  if x.values then text = text .. 'values ' .. x.values .. ' ' end\n", ''],
  },
};
