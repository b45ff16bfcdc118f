/**
 * The storage could not do something for now, however often it was asked: throttled, away, or its answers are lost. Whether it was done is not known.
 * It is no refusal: nothing is said of what was asked, and the same may be taken later.
 */
export class StorageBusy extends Error {
  /** As an error of HTTP. */
  readonly statusCode = 503;

  constructor(cause: unknown) {
    super('The storage cannot take this now: ask again.', { cause });
    this.name = 'StorageBusy';
  }
}
