/** The last step of `npm run setup`: makes sure that this machine has a Redis server, or that REDIS_URL names one. */
import { obtainRedisServer } from '../src/embedded/server.ts';

const say = (sentence: string): void => void process.stderr.write(`watchfire: ${sentence}\n`);

try {
  if (process.env.REDIS_URL) {
    say('packages are there, Redis is the one of REDIS_URL');
  } else {
    const { path, version } = await obtainRedisServer(say);
    say(`packages are there, Redis ${version} is at ${path}`);
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
