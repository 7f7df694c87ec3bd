import type { Change } from '../engine-copy.ts';

/** Protections that the workers of a run may lack, with the places in which their engine differs then: the run has to go wrong. */
export const LACKS = {
  'apply-fence': [
    { file: 'lua/apply.lua', find: "if between[1] then return { 'not-my-turn', e.position, '', '' } end", replace: '' },
  ],
  'feed-fence': [
    {
      file: 'lua/feed.lua',
      find: "if not stream.after(args.to, source.id) then return { 'already-fed', source.id } end",
      replace: '',
    },
    {
      file: 'lua/feed.lua',
      find: "if args.from ~= source.id then return { 'not-my-turn', source.id } end",
      replace: '',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Change[]>>;
export type Lack = keyof typeof LACKS;
