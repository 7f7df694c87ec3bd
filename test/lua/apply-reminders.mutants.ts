import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/remind.lua': {
    '17.7: an alert has reminders': ['if not options.remind then return end', 'do return end'],
    '17.7: one follows another': [
      'a.k, a.remind_at = a.k + 1, a.remind_at + a.every',
      'a.k, a.remind_at = a.k + 1, false',
    ],
    '17.7: they are numbered': ['a.k, a.remind_at = a.k + 1, a.remind_at', 'a.k, a.remind_at = a.k, a.remind_at'],
    '17.7: no more than the limit': ['if a.limit > 0 and a.k > a.limit then', 'if false then'],
    '17.7: as many as the limit': ['a.k > a.limit then', 'a.k >= a.limit then'],
    '17.7: those of before the firing was known do not come': [
      'math.max(1, math.floor((as_of - fired.time) / options.remind) + 1)',
      '1',
    ],
    '17.7: nor does the one of that moment': [
      'math.floor((as_of - fired.time) / options.remind)',
      'math.floor((as_of - fired.time - 1) / options.remind)',
    ],
    '17.7: the first comes no earlier than its time': ['math.max(1, math.floor(', '(math.floor('],
    '17.7: those that do not come count for the limit': [
      'a.cause, a.fired = fired.cause, fired.doc\n  M.stop_at_limit(a)',
      'a.cause, a.fired = fired.cause, fired.doc',
    ],
    '17.7: they are counted from the firing': ['fired.time + k * options.remind', 'as_of + options.remind'],
    '17.7: an alert keeps the distance that it began with': [
      'a.remind_at + a.every',
      'a.remind_at + engine.options(e, s).remind',
    ],
    '17.11: those whose time has passed are used up': [
      'if not a.remind_at or a.remind_at > as_of then return end',
      'do return end',
    ],
    '17.11: also the one of that moment': [
      'if not a.remind_at or a.remind_at > as_of',
      'if not a.remind_at or a.remind_at >= as_of',
    ],
    '17.11: their numbers, too': ['a.k + passed, a.remind_at + passed', 'a.k, a.remind_at + passed'],
  },
  'lua/include/obligation.lua': {
    '17.7: not where the alert ends at that time': [
      'a.remind_at and a.remind_at < at then',
      'a.remind_at and a.remind_at <= at then',
    ],
  },
  'lua/include/alert.lua': {
    '17.7: they have the event of the firing': [
      'return b.alert.fired or stored(e, s, b, FIRED)',
      'return M.event(e, s, b)',
    ],
    '17.7: which is kept': ['if a and a.fired then set[#set + 1], set[#set + 2] = FIRED .. b.key, a.fired end', ''],
    '17.7: their cause is kept': [
      'if a and a.cause then set[#set + 1], set[#set + 2] = CAUSE .. b.key, a.cause end',
      '',
    ],
    '17.7: nothing of it is left': ['{ EVENT, PLACE, CAUSE, FIRED }', '{ EVENT, PLACE, CAUSE }'],
    '17.7: nor of the cause': ['{ EVENT, PLACE, CAUSE, FIRED }', '{ EVENT, PLACE, FIRED }'],
  },
  'lua/include/firing.lua': {
    '17.7: a reminder has its number': ['f.reminder = k', 'f.reminder = false'],
    '17.7: each is another firing': ['cause = cause .. part(engine.int(k)) .. part(engine.int(time))', ''],
  },
  'lua/include/absence.lua': {
    '17.7: an absence has reminders': [' elseif s.kind.rich then remind.start(e, s, b, fired, as_of) end', ' end'],
  },
  'lua/include/active.lua': {
    '17.7: the alert of a Reactive key has reminders': ['  remind.start(e, s, b, fired, as_of)\n', ''],
  },
  'lua/include/resume.lua': {
    '17.11: what is enabled again has used them up': ['elseif a then remind.skip(a, e.as_of) end', 'end'],
  },
  'lua/include/notation.lua': {
    '17.7: an alert keeps when the next one comes': ['if a.remind_at then text', 'if false then text'],
  },
  'lua/include/record.lua': {
    '17.7: a key wakes for the next one': [
      'a.ends or a.forgotten, a.remind_at or math.huge)',
      'a.ends or a.forgotten)',
    ],
  },
};
