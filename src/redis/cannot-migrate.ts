import { WatchfireError } from '../errors.ts';

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
  constructor(workers: readonly string[]) {
    super(
      'WORKERS_ALIVE',
      `${workers.length === 1 ? 'a worker lives' : `${workers.length} workers live`} in this namespace (${workers.join(', ')}): ` +
        'stop all workers, then run "watchfire migrate" again; one that was killed counts as alive for 10 s',
    );
  }
}
