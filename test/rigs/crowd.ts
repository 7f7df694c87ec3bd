import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { eventually, PATIENCE_MS } from '../support/eventually.ts';

const PROGRAM = fileURLToPath(new URL('worker-program.ts', import.meta.url));

/** How long it may take until enough workers work again: the machine may have much else to do, and a cluster be away for a part of it. */
const STARTED_BOUND_MS = 5 * PATIENCE_MS;

/** Lines of what workers wrote to standard error that are kept. */
const COMPLAINTS = 2_000;

/** Characters that are kept of what one of them wrote there. */
const LAST_WORDS = 2_000;

export type Memory = { rss: number; heapUsed: number };

export type CrowdOptions = Readonly<{
  redisUrl: string;
  namespace: string;
  /** Of the engine, and `virtualNowMs` of the program. */
  settings?: object;
  /** Another worker-program, in a copy of the engine. */
  program?: string;
  /** One more, which every second worker runs. */
  beside?: string | undefined;
  /** A folder in which Node keeps what it compiled, where workers begin again and again. */
  cache?: string;
  /** Processes that have loaded everything and wait to be workers: to load may take longer than there is from one kill to the next. */
  spares?: number;
}>;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** Worker processes that share one Redis; they are killed, stopped and replaced. */
export class Crowd {
  /** What workers wrote to standard error, the last of it. */
  readonly complaints: string[] = [];
  /** Workers that ended though nobody told them to. */
  readonly crashes: string[] = [];
  /** When each that was killed was, in ms of Unix, by its process id. */
  readonly killed = new Map<number, number>();
  /** The largest resident memory of a worker, in bytes. */
  peakBytes = 0;
  readonly #members: Process[] = [];
  readonly #spares: Process[] = [];
  /** Those of the members that take part, and what memory each has. */
  readonly #working = new Map<Process, Memory>();
  readonly #starting = new Set<Promise<void>>();
  readonly #doomed = new WeakSet<ChildProcess>();
  readonly #options: CrowdOptions;
  #loaded = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  get memories(): Memory[] {
    return [...this.#working.values()];
  }

  /** Starts one more worker; resolves when it takes part, or is gone. */
  async add(): Promise<void> {
    const starting = this.#add();
    this.#starting.add(starting);
    await starting;
    this.#starting.delete(starting);
  }

  async #add(): Promise<void> {
    const child = this.#spares.shift() ?? this.#load();
    while (this.#spares.length < (this.#options.spares ?? 0)) this.#spares.push(this.#load());
    this.#members.push(child);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const memory = JSON.parse(line) as Memory;
      this.peakBytes = Math.max(this.peakBytes, memory.rss);
      if (this.#members.includes(child)) this.#working.set(child, memory);
    });
    const begun = Promise.race([once(lines, 'line'), once(child, 'exit')]);
    child.stdin.write('begin\n');
    await begun;
  }

  #load(): Process {
    const { redisUrl, namespace, settings = {}, program = PROGRAM, beside = program, cache } = this.#options;
    this.#loaded += 1;
    const own = this.#loaded % 2 === 0 ? beside : program;
    const child = spawn(process.execPath, [own, redisUrl, namespace, JSON.stringify(settings), 'wait'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    // What is written to a process that was just killed does not matter.
    child.stdin.on('error', () => undefined);
    let said = '';
    child.stderr.on('data', (text) => {
      said = (said + String(text)).slice(-LAST_WORDS);
      this.complaints.push(String(text));
      if (this.complaints.length > COMPLAINTS) this.complaints.shift();
    });
    // Not at its exit: its last words may still be on their way then.
    child.once('close', (code, signal) => {
      if (!this.#doomed.has(child)) this.crashes.push(`exit ${code} ${signal}: ${said}`);
    });
    return child;
  }

  /**
   * `kill -9` of one that takes part; resolves when it is gone. On a machine where workers start slowly it waits until two of them work:
   * otherwise none would be left.
   */
  async kill(random: number): Promise<void> {
    const enough = Math.min(2, this.#members.length);
    await eventually('enough workers have started', () => this.#working.size >= enough, {
      timeoutMs: STARTED_BOUND_MS,
    });
    const victim = [...this.#working.keys()][Math.floor(random * this.#working.size)];
    if (victim === undefined) return;
    this.#members.splice(this.#members.indexOf(victim), 1);
    this.#working.delete(victim);
    await this.#end(victim, 'SIGKILL');
    if (victim.pid !== undefined) this.killed.set(victim.pid, Date.now());
  }

  /** Kills one; the next one is on its way then. */
  async replace(random: number): Promise<void> {
    await this.kill(random);
    void this.add();
  }

  /** Stops one of them for a while: it knows nothing of what happened meanwhile. */
  stall(random: number, ms: number): void {
    const victim = this.#members[Math.floor(random * this.#members.length)];
    victim?.kill('SIGSTOP');
    setTimeout(() => victim?.kill('SIGCONT'), ms).unref();
  }

  /** Stops one that takes part. @returns what has it go on */
  hold(random: number): () => void {
    const victim = [...this.#working.keys()][Math.floor(random * this.#working.size)];
    victim?.kill('SIGSTOP');
    return () => void victim?.kill('SIGCONT');
  }

  /** Kills all of them. */
  end(): void {
    this.#working.clear();
    for (const child of [...this.#spares.splice(0), ...this.#members.splice(0)]) void this.#end(child, 'SIGKILL');
  }

  /** Ends all of them the polite way, when those that are starting have started. @returns how many did not end as they should */
  async stop(): Promise<number> {
    for (const spare of this.#spares.splice(0)) void this.#end(spare, 'SIGKILL');
    await Promise.all(this.#starting);
    this.#working.clear();
    const ends = this.#members.splice(0).map(async (child) => {
      child.kill('SIGCONT');
      return (await this.#end(child, 'SIGTERM')) === 0;
    });
    return (await Promise.all(ends)).filter((well) => !well).length;
  }

  /** @returns the exit status, null after a signal */
  async #end(child: Process, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return this.#doomed.has(child) ? child.exitCode : null;
    this.#doomed.add(child);
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = await gone;
    return code as number | null;
  }
}
