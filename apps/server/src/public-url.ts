import type { ServerConfig } from './config/server-config.js';

/** Where people reach this server: the base of the links in mails. If neither it nor the port is configured, known once it listens. */
export class PublicUrl {
  #value: string | undefined;

  constructor(value: string | undefined) {
    this.#value = value;
  }

  static of({ publicUrl, host, port }: Pick<ServerConfig, 'publicUrl' | 'host' | 'port'>): PublicUrl {
    return new PublicUrl(publicUrl ?? (port === 0 ? undefined : urlOf(host, port)));
  }

  get known(): boolean {
    return this.#value !== undefined;
  }

  /** Without a slash at its end. */
  get value(): string {
    if (this.#value === undefined) throw new Error('The public URL is not known before the server listens.');
    return this.#value;
  }

  listening(host: string, port: number): void {
    this.#value ??= urlOf(host, port);
  }
}

/** Nobody can be sent to "all addresses", so the one that surely is this machine stands for them. */
export function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
