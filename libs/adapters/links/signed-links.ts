import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';

/** Links that carry their own proof: nothing is stored for them. */
export class SignedLinks implements RecipientLinks {
  readonly assets: string;
  readonly #unsubscribe: string;
  readonly #tokens: UnsubscribeTokens;

  /** @param publicUrl without a slash at its end */
  constructor(publicUrl: string, tokens: UnsubscribeTokens) {
    this.assets = `${publicUrl}/assets`;
    this.#unsubscribe = `${publicUrl}/u/`;
    this.#tokens = tokens;
  }

  unsubscribe(dispatchId: DispatchId, ref: string): string {
    return this.#unsubscribe + this.#tokens.sign(dispatchId, ref);
  }
}
