import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import type { PreferenceClaim, PreferenceTokens } from '#ports/delivery/preference-tokens.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';

/** Links that carry their own proof: nothing is stored for them. */
export class SignedLinks implements RecipientLinks {
  readonly #publicUrl: { readonly value: string };
  readonly #tokens: UnsubscribeTokens;
  readonly #preferences: PreferenceTokens;

  /** @param publicUrl asked when a dispatch opens: a server learns its own address only when it listens */
  constructor(
    publicUrl: { readonly value: string },
    tokens: UnsubscribeTokens,
    preferences: PreferenceTokens,
  ) {
    this.#publicUrl = publicUrl;
    this.#tokens = tokens;
    this.#preferences = preferences;
  }

  get base(): string {
    return this.#publicUrl.value;
  }

  unsubscribe(base: string, dispatchId: DispatchId, ref: string): string {
    return `${base}/u/${this.#tokens.sign(dispatchId, ref)}`;
  }

  preferences(base: string, claim: PreferenceClaim): string {
    return `${base}/p/${this.#preferences.sign(claim)}`;
  }

  assets(base: string): string {
    return `${base}/assets`;
  }
}
