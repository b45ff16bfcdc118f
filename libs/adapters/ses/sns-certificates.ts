import { X509Certificate } from 'node:crypto';
import type { Instant } from '#domain/kernel/brand.js';

/** What there is instead of a certificate: `away` may be over in a minute, `none` is for good. */
export type NoCertificate = 'away' | 'none';

/** The PEM at a URL that was found to be Amazon's; undefined if there is nothing. Rejects if nobody can say. */
export type FetchCertificate = (url: string) => Promise<string | undefined>;

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
  readonly #underWay = new Map<string, Promise<X509Certificate | NoCertificate>>();
  #minute = 0;
  #fetched = 0;

  constructor(fetch: FetchCertificate) {
    this.#fetch = fetch;
  }

  /** `none` also for one that is not good at that time. Never rejects. */
  async get(url: string, now: Instant): Promise<X509Certificate | NoCertificate> {
    const certificate = this.#known.get(url) ?? (await this.#ask(url, now));
    if (typeof certificate === 'string') return certificate;
    const isGood = now >= certificate.validFromDate.getTime() && now <= certificate.validToDate.getTime();
    return isGood ? certificate : 'none';
  }

  /** Of several calls that need the same one at once, the first asks. */
  #ask(url: string, now: Instant): Promise<X509Certificate | NoCertificate> {
    const underWay = this.#underWay.get(url);
    if (underWay) return underWay;
    // Strangers may have used up what we ask in a minute: Amazon's own call is to come again then, not to be lost.
    if (!this.#mayFetch(now)) return Promise.resolve('away');
    const asked = this.#fetchOne(url).finally(() => this.#underWay.delete(url));
    this.#underWay.set(url, asked);
    return asked;
  }

  async #fetchOne(url: string): Promise<X509Certificate | NoCertificate> {
    let pem: string | undefined;
    try {
      pem = await this.#fetch(url);
    } catch {
      return 'away';
    }
    const certificate = certificateOf(pem);
    if (certificate) this.#keep(url, certificate);
    return certificate ?? 'none';
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

function certificateOf(pem: string | undefined): X509Certificate | undefined {
  if (pem === undefined || pem.length > MAX_PEM) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
