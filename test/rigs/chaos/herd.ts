import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('worker-program.ts', import.meta.url));

/** Lines of what workers wrote to standard error that are kept. */
const COMPLAINTS = 2_000;

/** A worker that was not told to end has 30 s to begin; more means that it never will. */
const START_BOUND_MS = 30_000;

/** Processes that have loaded everything and wait to be workers: to load takes longer than there is from one kill to the next. */
const SPARES = 2;

/** How long a kill waits for others to start, and between two looks. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 20;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** Worker processes that are killed, stopped and replaced, always as many as there were at first. */
export class Herd {
  /** What workers wrote to standard error, the last of it. */
  readonly complaints: string[] = [];
  /** Workers that ended though nobody told them to, or would not begin. */
  readonly crashes: string[] = [];
  /** The largest resident memory seen of a worker, in bytes. */
  peakBytes = 0;
  readonly #members: Process[] = [];
  readonly #spares: Process[] = [];
  /** Those of them that take part. */
  readonly #working = new Set<Process>();
  readonly #doomed = new WeakSet<ChildProcess>();
  readonly #command: readonly string[];
  readonly #env: NodeJS.ProcessEnv;

  /**
   * @param settings of the workers
   * @param cache a folder in which Node keeps what it compiled, since workers begin again and again
   */
  constructor(redisUrl: string, namespace: string, settings: object, cache: string) {
    this.#command = [PROGRAM, redisUrl, namespace, JSON.stringify(settings), 'wait'];
    this.#env = { ...process.env, NODE_COMPILE_CACHE: cache };
  }

  get size(): number {
    return this.#members.length;
  }

  /** Starts one more worker; resolves when it takes part, or is gone. */
  async add(): Promise<void> {
    const child = this.#spares.shift() ?? this.#load();
    while (this.#spares.length < SPARES) this.#spares.push(this.#load());
    this.#members.push(child);
    const patience = new AbortController();
    const late = pause(START_BOUND_MS, 'late', { signal: patience.signal }).catch(() => undefined);
    const begun = Promise.race([once(child.stdout, 'data'), once(child, 'exit'), late]);
    child.stdin.write('begin\n');
    await begun;
    patience.abort();
    if (this.#members.includes(child)) this.#working.add(child);
  }

  #load(): Process {
    const child = spawn(process.execPath, this.#command, { stdio: ['pipe', 'pipe', 'pipe'], env: this.#env });
    // What is written to somebody who was just killed is no matter.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text) => {
      this.complaints.push(String(text));
      if (this.complaints.length > COMPLAINTS) this.complaints.shift();
    });
    child.once('exit', (code, signal) => {
      if (!this.#doomed.has(child)) this.crashes.push(`exit ${code} ${signal}: ${this.complaints.at(-1) ?? ''}`);
    });
    return child;
  }

  /**
   * `kill -9` of one that takes part; resolves when it is gone. The next one is on its way then. On a machine where they start slowly it
   * waits until two of them work: otherwise nobody would be left.
   */
  async kill(random: number): Promise<void> {
    const enough = Math.min(2, this.#members.length);
    for (let waited = 0; this.#working.size < enough && waited < PATIENCE_MS; waited += LOOK_EVERY_MS)
      await pause(LOOK_EVERY_MS);
    const candidates = this.#working.size > 0 ? [...this.#working] : this.#members;
    const victim = candidates[Math.floor(random * candidates.length)];
    if (victim === undefined) return;
    this.#members.splice(this.#members.indexOf(victim), 1);
    this.#working.delete(victim);
    this.#doomed.add(victim);
    const gone = victim.exitCode === null && victim.signalCode === null ? once(victim, 'exit') : Promise.resolve();
    victim.kill('SIGKILL');
    await gone;
    void this.add();
  }

  /** Stops one of them for a while: it knows nothing of what happened meanwhile. */
  stall(random: number, ms: number): void {
    const victim = this.#members[Math.floor(random * this.#members.length)];
    victim?.kill('SIGSTOP');
    setTimeout(() => victim?.kill('SIGCONT'), ms).unref();
  }

  /** Looks how much memory they have. Linux only; elsewhere 0. */
  async weigh(): Promise<void> {
    for (const { pid } of this.#members) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      this.peakBytes = Math.max(this.peakBytes, kilobytes * 1_024);
    }
  }

  /** Kills all of them. */
  end(): void {
    for (const child of [...this.#spares.splice(0), ...this.#members.splice(0)]) {
      this.#doomed.add(child);
      child.kill('SIGKILL');
    }
  }

  /** Ends all of them the polite way. Returns how many did not end as they should. */
  async stop(): Promise<number> {
    for (const spare of this.#spares.splice(0)) {
      this.#doomed.add(spare);
      spare.kill('SIGKILL');
    }
    this.#working.clear();
    const ends = this.#members.splice(0).map(async (child) => {
      this.#doomed.add(child);
      child.kill('SIGCONT');
      if (child.exitCode !== null || child.signalCode !== null) return false;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await gone;
      return code === 0;
    });
    return (await Promise.all(ends)).filter((well) => !well).length;
  }
}
