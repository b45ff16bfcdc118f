import { Body, Get, Header, HttpCode, Inject, Param, Post, UseFilters } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { Unsubscribe } from '#domain/campaign/application/unsubscribe.js';
import { type UnsubscribeClaim, UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import { RestController } from '../kit/rest-controller.js';
import { Public, Takes } from '../kit/route.js';
import { askPage, donePage } from './unsubscribe-page.js';
import { UnsubscribeTrouble } from './unsubscribe-trouble.js';

/** The page's own style, and a form that posts back to where it came from. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/** Unsubscribe links of campaign mails: RFC 8058 one-click by POST, a page for people by GET. */
@RestController('u')
@UseFilters(UnsubscribeTrouble)
export class UnsubscribeController {
  readonly #unsubscribe: Unsubscribe;
  readonly #tokens: UnsubscribeTokens;

  constructor(unsubscribe: Unsubscribe, @Inject(UnsubscribeTokens) tokens: UnsubscribeTokens) {
    this.#unsubscribe = unsubscribe;
    this.#tokens = tokens;
  }

  /** Shows a page and changes nothing, whoever opens it and however often. */
  @Get(':token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  ask(@Param('token') token: string): string {
    this.#claimOf(token);
    return askPage;
  }

  /** Ends marketing mail to the person the link was made for. Doing it again changes nothing. */
  @Post(':token')
  @Public({ metered: false })
  @Takes('form')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  async leave(@Param('token') token: string, @Body() form: unknown): Promise<string> {
    const claim = this.#claimOf(token);
    const asked =
      typeof form === 'object' && form !== null && 'List-Unsubscribe' in form
        ? form['List-Unsubscribe']
        : undefined;
    if (asked !== 'One-Click')
      throw new Refusal('validation_failed', 'Send List-Unsubscribe=One-Click (RFC 8058).');
    await this.#unsubscribe.execute(claim);
    return donePage;
  }

  #claimOf(token: string): UnsubscribeClaim {
    const claim = this.#tokens.verify(token);
    if (!claim)
      throw new Refusal('invalid_token', 'This link is not one of ours, or it was damaged on its way.');
    return claim;
  }
}
