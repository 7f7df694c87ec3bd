/** A request that is not answered, with the status of HTTP and a sentence. `path`: what of the request is wrong, where that is known. */
export class ConsoleRefusal extends Error {
  override readonly name = 'ConsoleRefusal';
  readonly status: number;
  readonly path: string | null;

  constructor(status: number, message: string, path: string | null = null) {
    super(message);
    this.status = status;
    this.path = path;
  }
}
