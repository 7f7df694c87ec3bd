import { WatchfireError, WrongFormat } from '../errors.ts';
import { FORMAT } from './keys.ts';

/** Characters of a value that an error shows. */
const VALUE_LIMIT = 80;

/** State of an earlier version that `watchfire migrate` cannot lead over, since that version would not have written it. */
export class CannotMigrate extends WatchfireError {
  readonly key: string;

  /** @param value what stands in the key, or in the field that `reason` names */
  constructor(key: string, reason: string, value: unknown) {
    const found = value === undefined ? 'nothing' : JSON.stringify(String(value).slice(0, VALUE_LIMIT));
    super(
      'CANNOT_MIGRATE',
      `${key}: ${reason} (found ${found}); correct or delete it, then run "watchfire migrate" again`,
    );
    this.key = key;
  }
}

/** Workers take part in an engine whose state is to be led over. */
export class WorkersAlive extends WatchfireError {
  constructor(workers: readonly string[], verb: 'migrate' | 'repartition' = 'migrate') {
    super(
      'WORKERS_ALIVE',
      `${workers.length === 1 ? 'a worker lives' : `${workers.length} workers live`} in this namespace (${workers.join(', ')}): ` +
        `stop all workers, then run "watchfire ${verb}" again; one that was killed counts as alive for 10 s`,
    );
  }
}

/** State that cannot be led to other partitions as it stands. */
export class CannotRepartition extends WatchfireError {
  /** @param finding what stands in the way; `advice`: what to do first */
  constructor(finding: string, advice: string) {
    super('CANNOT_REPARTITION', `${finding}: ${advice}, then run "watchfire repartition" again`);
  }
}

/** The namespace is being led to other partitions, or that was cut off: until it is through every version refuses it. */
export class BeingMoved extends WrongFormat {
  override readonly finding: string;
  override readonly advice =
    'run "watchfire repartition" again as it was begun; until it is through nothing works there';

  constructor(namespace: string, found: string) {
    super(namespace, 'older', found, FORMAT);
    this.finding = `the namespace ${namespace} is being led to other partitions`;
    this.message = `${this.finding}: ${this.advice}`;
  }
}
