/** Where people reach this server: the base of the links in mails. Known once it listens, if it was not configured. */
export class PublicUrl {
  #value: string | undefined;

  constructor(configured: string | undefined) {
    this.#value = configured;
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
