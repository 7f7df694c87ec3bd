import { mutationsOf } from './mutation.ts';

const REACTIVE = 'lua/include/reactive.lua';
const PROACTIVE = 'lua/include/proactive.lua';
const SETTLE = 'lua/include/settle.lua';

/** Rules of windows broken one by one: what stands in the file, and what stands there instead. */
export const windows = [
  ...mutationsOf(
    REACTIVE,
    ['test/lua/apply-reactive.test.ts'],
    [
      [
        '7.2 R1: a window that is over at t can be armed again',
        't >= b.finish) then -- R1',
        't > b.finish) then -- R1',
      ],
      ['7.2 R1: an arming event that is expected starts at -1', 'm.expects and -1 or 0', '0'],
      [
        '7.2 R2: arming alone does not count',
        'if not m.expects then -- R2',
        'if not m.expects and not m.arms then -- R2',
      ],
      ['7.2 R3: nothing happens unless armed', "then return 'not-armed' end -- R3", 'then end -- R3'],
      ['7.2 R4: the first window reaches back 15 minutes', 'limits.REACH_BACK_MS', 'limits.REACH_BACK_MS - 60000'],
      ['7.2 R5: late is before the start', 'if t < b.start then', 'if t <= b.start then'],
      ['7.2 R5: a late event does not count', "if t < b.start then return 'late' end -- R5", ''],
      [
        '7.2 R6: a lapsed armed window is disarmed',
        "if trigger.after then return close(e, b, trigger, m, 'disarmed') end -- R6",
        '',
      ],
      ['7.2 R6, R7: a window is over at its end', 'if w > 0 and t >= b.finish then', 'if w > 0 and t > b.finish then'],
      [
        '7.2 R7: the next window starts at its event',
        'open(b, t, t + w, 0) -- R7',
        'open(b, b.finish, b.finish + w, 0) -- R7',
      ],
      ['7.2 R8: thr 1 is once per window', 'b.count = b.count + 1 -- R8', 'b.count = b.count + 2 -- R8'],
      [
        '7.2 R9: an armed trigger without window has one chance',
        "if w == 0 and trigger.after then return close(e, b, trigger, m, 'missed') end -- R9",
        '',
      ],
      [
        '7.2 R11: an armed trigger fires once for an arming',
        'if trigger.after or w == 0 then\n    close',
        'if w == 0 then\n    close',
      ],
      [
        '7.2 R11: without window every thr-th event fires',
        'if trigger.after or w == 0 then\n    close',
        'if trigger.after then\n    close',
      ],
      [
        '7.2 R11: after a firing the key is deaf until the end',
        'open(b, b.finish, b.finish + w, 0)\n',
        'open(b, t, t + w, 0)\n',
      ],
      ['6: due is not before the as_of of the opening', 'math.max(b.finish, ev.as_of)', 'b.finish'],
      ['1: a finished window is kept for 60 s', 'limits.KEEP_MS', 'limits.KEEP_MS + 1000'],
    ],
  ),
  ...mutationsOf(
    PROACTIVE,
    ['test/lua/apply-proactive.test.ts'],
    [
      ['7.3 P1: an arming event that is expected starts at -1', 'open(m.expects and -1 or 0)', 'open(0)'],
      [
        '7.3 P2: an older arming event is not remembered',
        'elseif m.arms and t >= b.start then -- P2',
        'elseif m.arms then -- P2',
      ],
      ['7.3 P2: arming again is remembered', 'elseif m.arms and t >= b.start then -- P2', 'elseif false then -- P2'],
      [
        '7.3 P3: arming alone is no recovery',
        'if m.arms and m.expects and b.alert_until',
        'if m.arms and b.alert_until',
      ],
      ['7.3 P3: a heartbeat ends the alert', 'then recovery = resolve(e, b, ev) end -- P3', 'then end -- P3'],
      [
        '7.3 P3: but not one older than the alert',
        'b.alert_until and t >= b.alert_start then recovery',
        'b.alert_until then recovery',
      ],
      [
        '7.3 P4: a keyed standing window starts at its first event',
        'open(0)\n    b.keep = keep',
        'window.open(e, b, t - 900000, 0, ev.as_of, opener)\n    b.keep = keep',
      ],
      ['7.3 P5: arming alone does not count', 'if not m.expects then return word .. recovery end -- P5', ''],
      [
        '7.3 P6: a missed count is made up event by event',
        'b.alert_missing = b.alert_missing - 1',
        'b.alert_missing = 0',
      ],
      ['7.3 P6: an event older than the alert makes up for nothing', 'or t < b.alert_start then', 'then'],
      ['7.3 P7: a late event does not count', "if t < b.start then return 'late' .. recovery end -- P7", ''],
      [
        '7.3 P8: a counted event ends the silence',
        'b.silent = b.count + 1, keep, trigger.standing and 0 -- P8',
        'b.silent = b.count + 1, keep, b.silent -- P8',
      ],
      ['7.3 P8: a counted event is remembered', 'remember(b, ev)\n  if b.count', 'if b.count'],
      [
        '7.3 P9: thr events satisfy',
        'if b.count < trigger.threshold then return (',
        'if b.count <= trigger.threshold then return (',
      ],
      ['7.3 P10: a heartbeat goes on', 'if trigger.after and not m.arms then -- P10', 'if trigger.after then -- P10'],
      ['7.3 P10: a satisfied window closes at once', "window.close(b)\n    word = 'satisfied'", "word = 'satisfied'"],
      [
        '7.3 P11: a window starts anew at the satisfying event',
        "open(0)\n    word = 'restarted'",
        "b.count = 0\n    word = 'restarted'",
      ],
      [
        '7.3 P10, P11: an alert ends when a window is satisfied',
        'if b.alert_until then recovery = resolve(e, b, ev) end',
        '',
      ],
      ['11: inside a composite an alert ends silently', 'if b.trigger.rooted then', 'if true then'],
      ['1: a silent key is remembered for 30 days', 'limits.FORGET_MS', 'limits.FORGET_MS - 86400000'],
      ['6: the 30 days of a key count from its last event', 'math.max(t, ev.as_of) + FORGET_MS', 't + FORGET_MS'],
    ],
  ),
  ...mutationsOf(
    SETTLE,
    [
      'test/lua/settle.test.ts',
      'test/lua/settle-order.test.ts',
      'test/lua/apply-proactive.test.ts',
      'test/rigs/proof/found.test.ts',
    ],
    [
      ['8.1: a key forgotten before its window ended is silent', 'if b.keep and finish > b.keep then', 'if false then'],
      [
        '8.1: thr 0 is always satisfied',
        'if b.count < trigger.threshold and not',
        'if b.count <= trigger.threshold and not',
      ],
      ['8.1: without repeat only the first alert of a silence', ' and not (trigger.once and b.silent == 1)', ''],
      ['6: an alert holds what was missing', 'trigger.threshold - b.count, b.due', 'trigger.threshold, b.due'],
      ['6: an alert is forgotten 30 days after its firing', 'b.due + FORGET_MS', 'finish + FORGET_MS'],
      ['8.1: silence is noted', 'b.silent = trigger.standing and 1', 'b.silent = trigger.standing and 0'],
      [
        '8.1: an armed window is gone once settled',
        'if trigger.after then\n    window.close(b)',
        'if false then\n    window.close(b)',
      ],
      [
        '8.1: windows that are over are one firing',
        'finish + math.floor((s - finish) / trigger.within) * trigger.within',
        'finish',
      ],
      ['8.1: windows never drift', 'finish + math.floor((s - finish) / trigger.within) * trigger.within', 's'],
      ['8.1: a rolled window keeps the as_of of its opening', "b.due = math.max(b['end'], b.due)", "b.due = b['end']"],
      ['8.2: a window is settled with its due', 'M.window(e, b, b.due, b.due)', "M.window(e, b, b['end'], b['end'])"],
      ['7.1: what falls due with an event comes out before it', 'while e.head <= as_of do', 'while e.head < as_of do'],
      [
        '9: an absence goes up',
        'if fired then composite.climb(e, fired, as_of) end',
        "if fired and trigger.parent == '' then composite.climb(e, fired, as_of) end",
      ],
    ],
  ),
];
