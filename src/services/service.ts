/**
 * A loop is not a step: a service is start and stop around `runOnce`, and tests call `runOnce`.
 */
export interface Service {
  /** Starts the loop; returns at once. */
  start(): void;
  /** Lets the step under way finish, then stops. Never rejects. */
  stop(): Promise<void>;
}
