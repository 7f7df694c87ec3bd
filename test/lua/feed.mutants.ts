import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/feed.lua': {
    'feed: a call that comes twice changes nothing': ['if not stream.after(args.to, source.id) then', 'if false then'],
    'feed: a call behind a gap changes nothing': ['if args.from ~= source.id then', 'if false then'],
    'feed: a source that is closed feeds nothing': ['if not source or not source.open then', 'if not source then'],
    'feed: its present definitions say what concerns a log': ["if args.generation ~= '' and", 'if false and'],
  },
  'src/model/fed.ts': {
    'feed: entries of two sources have different names': ["origin === '' || origin === FRONT ?", 'true ?'],
  },
};
