import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/reactive.lua': {
    '7.2 R1: a window that is over at t can be armed again': ['t >= b.finish) then -- R1', 't > b.finish) then -- R1'],
    '7.2 R1: an arming event that is expected starts at -1': ['m.expects and -1 or 0', '0'],
    '7.2 R2: arming alone does not count': [
      'if not m.expects then -- R2',
      'if not m.expects and not m.arms then -- R2',
    ],
    '7.2 R3: nothing happens unless armed': ["then return 'not-armed' end -- R3", 'then end -- R3'],
    '7.2 R4: the first window reaches back 15 minutes': ['limits.REACH_BACK_MS', 'limits.REACH_BACK_MS - 60000'],
    '7.2 R5: late is before the start': ['if t < b.start then', 'if t <= b.start then'],
    '7.2 R5: only a window that has fired rests': ['(trigger.after or b.count > 0 or', '(trigger.after or'],
    '7.2 R5: nothing rests before its window': [' or t < b.start - w', ''],
    '7.2 R5: what an arming event opens is no rest': ['(trigger.after or b.count > 0', '(b.count > 0'],
    '7.2 R5: a late event does not count': [
      "if t < b.start then return (trigger.after or b.count > 0 or t < b.start - w) and 'late' or 'resting' end",
      '',
    ],
    '7.2 R6: a lapsed armed window is disarmed': [
      "if trigger.after then return close(e, b, trigger, m, 'disarmed') end -- R6",
      '',
    ],
    '7.2 R6, R7: a window is over at its end': ['if w > 0 and t >= b.finish then', 'if w > 0 and t > b.finish then'],
    '7.2 R7: the next window starts at its event': [
      'open(b, t, t + w, 0) -- R7',
      'open(b, b.finish, b.finish + w, 0) -- R7',
    ],
    '7.2 R8: thr 1 is once per window': ['b.count = b.count + 1 -- R8', 'b.count = b.count + 2 -- R8'],
    '7.2 R9: an armed trigger without window has one chance': [
      "if w == 0 and trigger.after then return close(e, b, trigger, m, 'missed') end -- R9",
      '',
    ],
    '7.2 R11: an armed trigger fires once for an arming': [
      'if trigger.after or w == 0 then\n    close',
      'if w == 0 then\n    close',
    ],
    '7.2 R11: without window every thr-th event fires': [
      'if trigger.after or w == 0 then\n    close',
      'if trigger.after then\n    close',
    ],
    '7.2 R11: after a firing the key is deaf until the end': [
      'open(b, b.finish, b.finish + w, 0)\n',
      'open(b, t, t + w, 0)\n',
    ],
    '6: due is not before the as_of of the opening': ['math.max(b.finish, ev.as_of)', 'b.finish'],
    '1: a finished window is kept for 60 s': ['limits.KEEP_MS', 'limits.KEEP_MS + 1000'],
  },
};
