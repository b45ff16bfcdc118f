import { X509Certificate } from 'node:crypto';
import type { Instant } from '#domain/kernel/brand.js';

/** The PEM at a URL that was found to be Amazon's. Rejects if it can't be had. */
export type FetchCertificate = (url: string) => Promise<string>;

/** One a region, and two while Amazon changes it. */
const KEPT = 16;
const MAX_PEM = 16_384;
const MINUTE_MS = 60_000;
/** Each call can name another URL at Amazon, and anybody can make calls; so many of them lead to a request of ours. */
const FETCHES_A_MINUTE = 20;

/** Certificates that SNS signs with: each is fetched once and kept until it runs out. */
export class SnsCertificates {
  readonly #fetch: FetchCertificate;
  readonly #known = new Map<string, X509Certificate>();
  readonly #underWay = new Map<string, Promise<X509Certificate | undefined>>();
  #minute = 0;
  #fetched = 0;

  constructor(fetch: FetchCertificate) {
    this.#fetch = fetch;
  }

  /** Undefined if it can't be had, or is not good at that time. Never rejects. */
  async get(url: string, now: Instant): Promise<X509Certificate | undefined> {
    const certificate = this.#known.get(url) ?? (await this.#ask(url, now));
    if (!certificate) return undefined;
    const isGood = now >= certificate.validFromDate.getTime() && now <= certificate.validToDate.getTime();
    return isGood ? certificate : undefined;
  }

  /** Of several calls that need the same one at once, the first asks. */
  #ask(url: string, now: Instant): Promise<X509Certificate | undefined> {
    const underWay = this.#underWay.get(url);
    if (underWay) return underWay;
    if (!this.#mayFetch(now)) return Promise.resolve(undefined);
    const asked = this.#fetchOne(url).finally(() => this.#underWay.delete(url));
    this.#underWay.set(url, asked);
    return asked;
  }

  async #fetchOne(url: string): Promise<X509Certificate | undefined> {
    try {
      const pem = await this.#fetch(url);
      if (pem.length > MAX_PEM) return undefined;
      const certificate = new X509Certificate(pem);
      this.#keep(url, certificate);
      return certificate;
    } catch {
      // Not there, not in time, or no certificate: there is nothing to check the signature with.
      return undefined;
    }
  }

  #keep(url: string, certificate: X509Certificate): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= KEPT && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(url, certificate);
  }

  #mayFetch(now: Instant): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#fetched = 0;
    this.#minute = minute;
    this.#fetched += 1;
    return this.#fetched <= FETCHES_A_MINUTE;
  }
}
