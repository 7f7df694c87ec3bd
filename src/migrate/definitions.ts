import { InvalidDocument } from '../errors.ts';
import { compiledFields, planOf, type StoredPlan } from '../match/plan.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { CannotMigrate } from '../redis/cannot-migrate.ts';
import { bytesAt, hashesAt } from '../redis/older-state.ts';
import { Packer } from '../redis/packer.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import type { Namespace, Slice } from './step.ts';

/** Automations whose triggers are led over by one call. */
const PAGE = 100;

/**
 * Compiles each automation anew from its document: what scripts need to know of a trigger changes from version to version. Its triggers
 * keep their names, and with them their state. Before format 3 they are counted when their form is led over (triggers.ts).
 */
export async function* definitions({ redis, store, origin }: Namespace): AsyncGenerator<Slice> {
  const { automations, plans } = store.keys;
  const [documents = {}, stored = {}] = await hashesAt(redis, [automations, plans]);
  const ids = Object.keys(documents);
  for (let from = 0; from < ids.length; from += PAGE) {
    const commands: Command[] = [];
    for (const id of ids.slice(from, from + PAGE)) {
      const automation = automationIn(automations, id, documents[id] ?? '');
      const plan = JSON.parse(stored[id] ?? 'null') as StoredPlan | null;
      if (plan === null) throw new CannotMigrate(plans, `field ${JSON.stringify(id)} is missing`, id);
      for (const [name, packed] of recompiled(automation, plan))
        commands.push(['SET', store.prefixes.trigger + name, packed]);
    }
    const standing = await bytesAt(
      redis,
      commands.map(([, key]) => String(key)),
    );
    const other = commands.filter(([, , packed], i) => !(packed instanceof Buffer && standing[i]?.equals(packed)));
    if (other.length > 0) yield { kind: 'definitions', count: origin === 3 ? other.length : 0, commands: other };
  }
}

/** @throws CannotMigrate naming the field and what is wrong with it */
export function automationIn(key: string, id: string, text: string): Automation {
  try {
    return parseAutomation(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof InvalidDocument || error instanceof SyntaxError)) throw error;
    throw new CannotMigrate(key, `field ${JSON.stringify(id)} must be an automation: ${error.message}`, text);
  }
}

/** Each trigger under the name that it has, packed as lua/include/definition.lua does. */
function recompiled(automation: Automation, stored: StoredPlan): [name: string, packed: Buffer][] {
  const digests = new Map(planOf(automation, stored.revision, null).nodes.map((node) => [node.path, node]));
  const places = stored.places.map((place) => ({ ...place, ...pick(digests.get(place.path)) }));
  const plan = planOf(automation, stored.revision, { ...stored, places });
  return plan.nodes.map((node) => {
    const packer = new Packer();
    for (const field of compiledFields(plan, node)) packer.text(field);
    return [node.name, packer.done()];
  });
}

/** The digests that this version gives a trigger. A new way to compute digests changes no definition. */
function pick(node: { own: string; tree: string } | undefined): { own: string; tree: string } | object {
  return node === undefined ? {} : { own: node.own, tree: node.tree };
}
