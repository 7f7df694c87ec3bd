import assert from 'node:assert/strict';
import { begins, blocksOf } from '../../docs/page-blocks.ts';
import { type Check, checks, LeftOut } from '../checks.ts';
import { programOnPath, Scene } from './scene.ts';
import { piecesOf } from './script.ts';
import { STORIES } from './stories.ts';
import type { Step, Story } from './story.ts';

/*
 * What pages print below their commands is what the commands print: `npm run proof -- docs [PAGE…]`. What differs from run to run is masked
 * (masks.ts). test/docs/blocks.test.ts has the list of the blocks that are not run, each with its reason.
 */

async function step(
  scene: Scene,
  page: string,
  { begins: beginning, before, of, anyOrder, status, after }: Step,
): Promise<void> {
  const block = blocksOf(page).find((one) => begins(one, beginning));
  assert.ok(block, 'the page has no such block');
  await before?.(scene);
  if (of === null) for (const part of anyOrder ? block.text.trim().split('\n') : [block.text]) await scene.shows(part);
  else if (of !== undefined) await scene.run({ script: of, printed: block.text, ready: null }, status);
  else {
    const pieces = piecesOf(block);
    for (const piece of pieces) await scene.run(piece, piece === pieces.at(-1) ? status : 0);
  }
  await after?.(scene);
}

async function tell(story: Story, check: Check): Promise<void> {
  const scene = await Scene.open(story);
  try {
    await check(`${story.page}: the scene`, async () => story.setUp?.(scene));
    for (const one of story.steps)
      await check(`${story.page}: ${one.begins.split('\n')[0]} …`, () => step(scene, story.page, one));
  } finally {
    await scene.close();
  }
}

const asked = process.argv.slice(2);

process.exitCode = await checks(async (check) => {
  const missing: string[] = [];
  for (const story of STORIES.filter(({ page }) => asked.length === 0 || asked.includes(page))) {
    const lacks: string[] = [];
    for (const name of story.needs ?? []) if ((await programOnPath(name)) === '') lacks.push(name);
    if (lacks.length === 0) await tell(story, check);
    else missing.push(`${story.page} needs ${lacks.join(', ')}`);
  }
  if (missing.length > 0) throw new LeftOut(missing.join('; '));
});
