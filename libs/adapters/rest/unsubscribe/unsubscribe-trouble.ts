import { Catch, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { PageFilter } from '../kit/page-filter.js';
import { PROBLEMS } from '../kit/problem.js';
import { brokenLinkPage, notNowPage, previewLinkPage } from './unsubscribe-page.js';

/** What stands for a token in previews and test mails. */
const PREVIEW = 'preview';

@Catch(Refusal)
@Injectable()
export class UnsubscribeTrouble extends PageFilter {
  protected override pageFor({ code }: Refusal, token: string): string | undefined {
    if (PROBLEMS[code].status === 503) return notNowPage;
    if (code !== 'invalid_token') return undefined;
    return token === PREVIEW ? previewLinkPage : brokenLinkPage;
  }
}
