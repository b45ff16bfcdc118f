/** What an operator may set about sockets. */
export interface SocketSettings {
  /** Origins (`https://app.example.com`) whose pages may connect, beside those of the very host that is connected to. */
  readonly origins: readonly string[];
}
export const SocketSettings = Symbol('SocketSettings');
