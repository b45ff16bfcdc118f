import type { SocketSettings } from '#adapters/socketio/socket-settings.js';
import type { ConfigReader } from './config-reader.js';

/** RFC 7518, 3.2: a key of HS256 has at least as many bytes as its hash. */
const SHORTEST_OPEN_SECRET = 32;

export interface SocketsConfig extends SocketSettings {
  /** What end users' tokens are signed with; undefined for one that we make up and keep. */
  readonly tokenSecret: string | undefined;
  readonly tokenAudience: string;
}

/**
 * The section `sockets`, and what end users' tokens are checked with.
 * @param isOpen others than this machine reach us: a secret that can be guessed will be
 */
export function readSockets(read: ConfigReader, isOpen: boolean): SocketsConfig {
  const tokenSecret = read.text({ env: 'CHAT_JWT_SECRET' });
  if (isOpen && tokenSecret !== undefined && Buffer.byteLength(tokenSecret) < SHORTEST_OPEN_SECRET) {
    read.complain(
      'CHAT_JWT_SECRET',
      `must have at least ${SHORTEST_OPEN_SECRET} bytes unless HOST is a loopback address`,
    );
  }
  return {
    tokenSecret,
    tokenAudience: read.text({ env: 'CHAT_JWT_AUDIENCE', file: 'sockets.tokenAudience' }) ?? 'posthorn',
    origins: readOrigins(read),
  };
}

function readOrigins(read: ConfigReader): readonly string[] {
  const file = 'sockets.origins';
  const origins = read.list({ file }) ?? [];
  // `https://a.example/` is no origin: no browser would ever send it, and nobody would find out why.
  if (origins.some((one) => !/^https?:/.test(one) || !URL.canParse(one) || new URL(one).origin !== one))
    read.complain(file, 'may hold origins such as https://app.example.com, without a path');
  return origins;
}
