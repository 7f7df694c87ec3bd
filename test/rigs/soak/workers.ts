import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Memory = { rss: number; heapUsed: number };

type Member = { child: ChildProcess; memory: Memory };

/** Lines of what workers wrote to standard error that are kept. */
const COMPLAINTS = 200;

/** Worker processes that run to the end, and how much memory each has. */
export class Workers {
  readonly complaints: string[] = [];
  readonly #members: Member[] = [];
  #ending = false;

  /** How many ended though nobody told them to. */
  crashes = 0;

  /** Starts one; resolves when it takes part. */
  async add(program: string, parameters: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
    const member: Member = { child, memory: { rss: 0, heapUsed: 0 } };
    this.#members.push(member);
    child.stderr.on('data', (text) => {
      this.complaints.push(String(text));
      if (this.complaints.length > COMPLAINTS) this.complaints.shift();
    });
    child.once('exit', () => {
      if (!this.#ending) this.crashes += 1;
    });
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      member.memory = JSON.parse(line);
    });
    await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  }

  get memories(): Memory[] {
    return this.#members.map(({ memory }) => memory);
  }

  /** Ends all of them the polite way. */
  async stop(): Promise<void> {
    this.#ending = true;
    const ends = this.#members.splice(0).map(async ({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    });
    await Promise.all(ends);
  }
}
