import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/story.lua': {
    '10: a window of an absence says when it had to be settled': ['if b.due ~= b.finish then', 'if false then'],
    '10: and what opened it': ['if b.opener then', 'if false then'],
    '10: a sum keeps its last digit': ["format('%.17g', count)", "format('%.12g', count)"],
    '10: a sum that JSON cannot write is none': ['local finite = count - count == 0', 'local finite = true'],
    '10: a sliding window ends with its newest event': ['list[#list].time', 'list[1].time'],
    '10: an alert that ends by time says when': ['if finish then return', 'if false then return'],
    '10: a composite begins with its earliest child': ['math.min(from, time)', 'time'],
  },
  'lua/include/told.lua': {
    '10: a child names the worker that decided it': ['.. e.worker_json', ''],
  },
  'lua/include/firing.lua': {
    '10: a firing names the worker that decided it': ["'worker', e.worker,", "'worker', '',"],
  },
};
