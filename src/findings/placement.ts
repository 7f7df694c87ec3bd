import { obstaclesIn } from '../match/placement.ts';
import type { Automation } from '../model/automation.ts';
import { type Finding, hint } from './finding.ts';

/** What keeps an automation from living on every partition, and what would spread it; nothing where it does. */
export function placementFindings({ trigger }: Automation, by: string): Finding[] {
  return obstaclesIn(trigger, by).map(({ place, reason, advice }) =>
    hint(place, `${reason}, so the automation lives on the global partition`, `to spread it, ${advice}`),
  );
}
