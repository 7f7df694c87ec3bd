import { MOVING } from './stories/moving.ts';
import { README } from './stories/readme.ts';
import { REPORTS } from './stories/reports.ts';
import { SMALL } from './stories/small.ts';
import { SOURCES } from './stories/sources.ts';
import type { Story } from './story.ts';

/** All blocks that `npm run proof -- docs` runs, page by page. */
export const STORIES: readonly Story[] = [...README, ...SMALL, ...MOVING, ...SOURCES, ...REPORTS];
