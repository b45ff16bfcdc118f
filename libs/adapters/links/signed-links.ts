import { UnsubscribeTokens } from '#domain/campaign/model/unsubscribe-token.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';

/** Links that carry their own proof: nothing is stored for them. */
export class SignedLinks implements RecipientLinks {
  readonly assets: string;
  readonly #unsubscribe: string;
  readonly #tokens: UnsubscribeTokens;

  /** @param publicUrl without a slash at its end */
  constructor(publicUrl: string, key: Uint8Array) {
    this.assets = `${publicUrl}/assets`;
    this.#unsubscribe = `${publicUrl}/u/`;
    this.#tokens = new UnsubscribeTokens(key);
  }

  unsubscribe(dispatchId: DispatchId, ref: string): string {
    return this.#unsubscribe + this.#tokens.sign(dispatchId, ref);
  }
}
