import { automationsIn } from './cli/automation-files.ts';
import { documentsIn } from './cli/documents.ts';
import { problemText } from './cli/position.ts';
import { sourceOf } from './cli/source.ts';
import { InvalidDocument } from './errors.ts';
import type { Automation } from './model/automation.ts';
import type { TestEngine } from './simulation/test-engine.ts';
import { type TestEngineOptions, TestServer, type TestServerOptions } from './simulation/test-server.ts';

export { RedisMissing } from './errors.ts';
export type { TestEngine, TestOutcome } from './simulation/test-engine.ts';
export type { TestEngineOptions, TestServer, TestServerOptions } from './simulation/test-server.ts';

/**
 * Starts a private Redis for the engines of tests: on 127.0.0.1 at a random port, in a folder of its own. It is gone when it is closed, or
 * when the process ends in whatever way. Nothing is installed.
 *
 * ```ts
 * import { testServer } from 'watchfire/testing';
 *
 * const server = await testServer(); // once, before all tests of a file
 * const engine = await server.engine({ automations: ['automations/payment-overdue.yaml'] }); // for each test
 * await engine.close();
 * await server.close();
 * ```
 *
 * @throws RedisMissing where there is no redis-server, saying how to get one
 */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  return await TestServer.start(options, { read });
}

/**
 * An engine in virtual time for a test, on a private Redis of its own; `testServer` lets many share one.
 *
 * ```ts
 * import { testEngine } from 'watchfire/testing';
 *
 * await using engine = await testEngine({ automations: ['automations/payment-overdue.yaml'] });
 * await engine.send({ event: 'order.placed', resource: { id: 'order.1' } });
 * await engine.at('15m');
 * console.log(engine.firings.length, engine.jobs[0]?.name); // 1 remind
 * ```
 *
 * @throws InvalidDocument naming what is wrong with an automation
 * @throws RedisMissing where there is no redis-server, saying how to get one
 */
export async function testEngine(options: TestServerOptions & TestEngineOptions = {}): Promise<TestEngine> {
  const server = await TestServer.start(options, { read, alone: true });
  try {
    return await server.engine(options);
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function read(file: string): Promise<readonly Automation[]> {
  const { automations, problems } = automationsIn([documentsIn(await sourceOf(file, process))]);
  if (problems.length > 0) throw new InvalidDocument('automations', problems.map(problemText).join('; '));
  return automations;
}
