import type { Socket } from 'socket.io';
import type { TokenUser } from '#ports/workspace/user-tokens.js';

export type SocketUser = TokenUser & { readonly expiresAt: number };

/** One subject over sockets: `/inbox`, `/chat`. Who comes in has shown a valid token. */
export interface SocketNamespace {
  readonly path: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The server is stopping: nobody comes any more, and who is there may still be told why. */
  farewell(): void;
  open(socket: Socket, user: SocketUser): void;
}
