declare const brand: unique symbol;

/** A string that only its own constructor may make, so that a campaign's id is never passed for a list's. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type WorkspaceId = Brand<string, 'WorkspaceId'>;

/** Epoch milliseconds, UTC. */
export type Instant = number;
