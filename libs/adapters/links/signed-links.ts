import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';

/** Links that carry their own proof: nothing is stored for them. */
export class SignedLinks implements RecipientLinks {
  readonly #publicUrl: { readonly value: string };
  readonly #tokens: UnsubscribeTokens;

  /** @param publicUrl asked when a dispatch opens: a server learns its own address only when it listens */
  constructor(publicUrl: { readonly value: string }, tokens: UnsubscribeTokens) {
    this.#publicUrl = publicUrl;
    this.#tokens = tokens;
  }

  get base(): string {
    return this.#publicUrl.value;
  }

  unsubscribe(base: string, dispatchId: DispatchId, ref: string): string {
    return `${base}/u/${this.#tokens.sign(dispatchId, ref)}`;
  }

  assets(base: string): string {
    return `${base}/assets`;
  }
}
