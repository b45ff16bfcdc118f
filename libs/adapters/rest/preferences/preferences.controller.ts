import { Body, Get, Header, HttpCode, Inject, Param, Post, UseFilters } from '@nestjs/common';
import {
  ChooseMailings,
  type ChosenMailings,
  type MailingReader,
} from '#domain/campaign/application/choose-mailings.js';
import { ChooseNotifications, type Offer } from '#domain/communication/application/choose-notifications.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { isAddress, parseEmailAddress } from '#domain/kernel/email-address.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { type PreferenceClaim, PreferenceTokens } from '#ports/delivery/preference-tokens.js';
import { RestController } from '../kit/rest-controller.js';
import { Public, Takes } from '../kit/route.js';
import { PAGE_POLICY } from '../unsubscribe/unsubscribe.controller.js';
import { readWishes } from './preferences-form.js';
import { preferencesPage, type Shown } from './preferences-page.js';
import { PreferencesTrouble } from './preferences-trouble.js';

/** Somebody who came by a link, and what they may see and change there. */
interface Visitor {
  readonly reader: MailingReader | undefined;
  readonly user:
    { readonly workspaceId: WorkspaceId; readonly userId: string; readonly offer: Offer } | undefined;
  readonly by: ChosenMailings['by'];
}

/** `{{preferencesUrl}}`: what a recipient wants to be told, and how. Whoever holds the link needs no other right. */
@RestController('p')
@UseFilters(PreferencesTrouble)
export class PreferencesController {
  readonly #tokens: PreferenceTokens;
  readonly #mailings: ChooseMailings;
  readonly #notifications: ChooseNotifications;

  constructor(
    @Inject(PreferenceTokens) tokens: PreferenceTokens,
    mailings: ChooseMailings,
    notifications: ChooseNotifications,
  ) {
    this.#tokens = tokens;
    this.#mailings = mailings;
    this.#notifications = notifications;
  }

  /** Shows a page and changes nothing, whoever opens it and however often: mail scanners open every link. */
  @Get(':token')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('referrer-policy', 'no-referrer')
  async show(@Param('token') token: string): Promise<string> {
    return preferencesPage(await this.#shownTo(await this.#visitor(token)), false);
  }

  /** Keeps what was changed on the page, and nothing else of what it showed. Doing it again changes nothing. */
  @Post(':token')
  @Public()
  @Takes('form')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('referrer-policy', 'no-referrer')
  async save(@Param('token') token: string, @Body() form: unknown): Promise<string> {
    const { reader, user, by } = await this.#visitor(token);
    const { mailings, notifications } = readWishes(form);
    if (reader) await this.#mailings.choose(reader, { ...mailings, ...(by && { by }) });
    if (user) await this.#notifications.choose(user.workspaceId, user.userId, notifications);
    return preferencesPage(await this.#shownTo(await this.#visitor(token)), true);
  }

  async #visitor(token: string): Promise<Visitor> {
    const claim = this.#tokens.verify(token);
    if (!claim)
      throw new Refusal('invalid_token', 'This link is not one of ours, or it was damaged on its way.');
    const visitor = await this.#visitorOf(claim);
    if (!visitor.reader && !visitor.user) throw notFound('recipient');
    return visitor;
  }

  async #visitorOf(claim: PreferenceClaim): Promise<Visitor> {
    if (claim.kind === 'subscriber')
      return { reader: await this.#mailings.reader(claim), user: undefined, by: claim };
    const { workspaceId } = claim;
    if (claim.kind === 'address')
      return { reader: readerAt(workspaceId, claim.address), user: undefined, by: undefined };
    const { userId } = claim;
    const offer = await this.#notifications.offer(workspaceId, userId);
    const reader = offer?.email === undefined ? undefined : readerAt(workspaceId, offer.email);
    return { reader, user: offer && { workspaceId, userId, offer }, by: undefined };
  }

  async #shownTo({ reader, user }: Visitor): Promise<Shown> {
    return {
      address: reader?.address,
      mailings: reader && (await this.#mailings.offer(reader)),
      types: user?.offer.types ?? [],
    };
  }
}

function readerAt(workspaceId: WorkspaceId, text: string): MailingReader | undefined {
  const address = parseEmailAddress(text);
  return isAddress(address) ? { workspaceId, address } : undefined;
}
