import path from 'node:path';
import { javaProgram } from '../java.ts';
import { writeLoad } from '../load.ts';
import { measureOutside } from '../outside.ts';
import type { Ready, System } from '../system.ts';

export const esper: System = {
  name: 'Esper',
  keeps: 'nothing',
  needs: ['Java', 'Maven'],
  bounds: { rate: 0.3 },
  short: { warm: 200_000, events: 300_000 },
  whole: { warm: 300_000, events: 600_000 },
  prepare,
};

/** In memory and on one thread: an upper bound of what an engine does that keeps nothing. */
async function prepare(): Promise<Ready> {
  const { parameters, version } = await javaProgram('esper', 'EsperCount');
  return {
    version,
    run: async (load, folder) => {
      await writeLoad(folder, load, 1);
      const given = [path.join(folder, '0'), String(load.size.warm)];
      return await measureOutside({ program: 'java', parameters: [...parameters, ...given] }, load.size);
    },
  };
}
