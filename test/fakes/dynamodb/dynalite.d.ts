/** What of dynalite is used here; it brings no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';
  // eslint-disable-next-line house/no-default-export -- that is how the package gives it
  export default function dynalite(options?: {
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
  }): Server;
}
