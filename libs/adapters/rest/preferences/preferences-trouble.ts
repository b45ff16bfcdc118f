import { Catch, Injectable } from '@nestjs/common';
import { Refusal } from '#domain/kernel/refusal.js';
import { PageFilter } from '../kit/page-filter.js';
import { PROBLEMS } from '../kit/problem.js';
import { badFormPage, brokenPage, laterPage, nobodyPage, previewPage } from './preferences-page.js';

/** What stands for a token in previews and test messages. */
const PREVIEW = 'preview';

@Catch(Refusal)
@Injectable()
export class PreferencesTrouble extends PageFilter {
  protected override pageFor({ code }: Refusal, token: string): string | undefined {
    if (PROBLEMS[code].status === 503 || code === 'already_exists') return laterPage;
    if (code === 'not_found') return nobodyPage;
    if (code === 'validation_failed') return badFormPage;
    if (code !== 'invalid_token') return undefined;
    return token === PREVIEW ? previewPage : brokenPage;
  }
}
