/**
 * Calls at once where a call is one message though it could be many: what is at stake in each is small, and the more are
 * under way the more of their intents and outcomes share a commit. With 16 a message costs the storage twice as much.
 */
export const SINGLE_CALLS_IN_FLIGHT = 64;

/** Reads a provider's own settings one by one. Every error names provider and setting, and never the value. */
export class SettingsReader {
  readonly #provider: string;
  readonly #settings: Readonly<Record<string, unknown>>;

  constructor(provider: string, settings: Readonly<Record<string, unknown>>) {
    this.#provider = provider;
    this.#settings = settings;
  }

  /** @throws Error */
  text(name: string): string {
    return this.optionalText(name) ?? this.#fail(name, 'is missing');
  }

  /** @throws Error */
  optionalText(name: string): string | undefined {
    const value = this.#settings[name];
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : this.#fail(name, 'must be a text');
  }

  /** @throws Error */
  optionalUrl(name: string): string | undefined {
    const value = this.optionalText(name);
    if (value === undefined) return undefined;
    const web = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
    return web ? value : this.#fail(name, 'must be an http or https URL');
  }

  /** @throws Error */
  optionalCount(name: string): number | undefined {
    const value = this.#settings[name];
    if (value === undefined) return undefined;
    return Number.isSafeInteger(value) && Number(value) > 0
      ? Number(value)
      : this.#fail(name, 'must be a positive whole number');
  }

  #fail(name: string, what: string): never {
    throw new Error(`${this.#provider}: ${name} ${what}`);
  }
}

/** The settings that are there: an absent one is left out rather than undefined. */
export function present<T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
