import type { Verdict } from '../kit/faults.js';
import { jsonAnswer, type HttpCall } from '../kit/http-call.js';
import type { Outcome } from '../kit/http-vendor.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import type { MailContent } from '../kit/mails.js';
import { parseMailbox } from '../kit/addresses.js';
import type { SesAccount } from './ses-account.js';
import {
  addressProblem,
  attachmentsOf,
  checkHeaders,
  checkTags,
  lowerCased,
  parseData,
  replyTo,
} from './ses-content.js';
import { badRequest, SesRefusal } from './ses-errors.js';
import type { SesTemplates } from './ses-templates.js';
import {
  addressesOf,
  pairsOf,
  type SesBulkEntry,
  type SesSendBulkEmail,
  type SesTemplate,
} from './ses-wire.js';

const MAX_ENTRIES = 50;
const MAX_RECIPIENTS = 50;

interface EntryResult {
  Status: string;
  Error?: string;
  MessageId?: string;
}

export interface BulkSend {
  kind: 'bulk';
  request: SesSendBulkEmail;
  entries: SesBulkEntry[];
  template: SesTemplate;
}

/** What makes SES refuse the whole call, before it looks at any entry. */
export function readBulk(request: SesSendBulkEmail): BulkSend {
  const entries = request.BulkEmailEntries ?? [];
  const template = request.DefaultContent?.Template;
  if (!template) throw badRequest('DefaultContent must hold a template.');
  if (entries.length === 0) throw badRequest('BulkEmailEntries must not be empty.');
  if (entries.length > MAX_ENTRIES)
    throw badRequest(`BulkEmailEntries must have at most ${MAX_ENTRIES} entries.`);
  checkTags(request.DefaultEmailTags);
  checkHeaders(template.Headers);
  return { kind: 'bulk', request, entries, template };
}

/** SendBulkEmail: every entry has its own result, inside one 200. */
export function submitBulk(
  call: HttpCall,
  { request, entries, template }: BulkSend,
  {
    account,
    templates,
    rejects,
  }: { account: SesAccount; templates: SesTemplates; rejects: Verdict['rejects'] },
): Outcome {
  const content = templates.find(template);
  const defaults = parseData(template.TemplateData);
  const outcome: Outcome = { answer: { status: 200 }, accepted: [], rejected: [] };
  const results = entries.map((entry): EntryResult => {
    const to = addressesOf(entry.Destination).map((address) => parseMailbox(address)?.email ?? address);
    const tags = { ...pairsOf(request.DefaultEmailTags), ...pairsOf(entry.ReplacementTags) };
    const deliveryId = tags[DELIVERY_TAG];
    const turnDown = (Status: string, Error: string, fault?: string): EntryResult => {
      for (const one of to) outcome.rejected.push({ to: one, deliveryId, error: Status, fault });
      return { Status, Error };
    };
    const scripted = to.map(rejects).find(Boolean);
    if (scripted) {
      const { error = 'MESSAGE_REJECTED', message = 'The message was rejected.', fault } = scripted;
      return turnDown(error, message, fault);
    }
    const problem = problemOf(entry);
    if (problem) return turnDown('INVALID_PARAMETER', problem);
    if (!content) return turnDown('TEMPLATE_NOT_FOUND', `Template ${template.TemplateName} does not exist.`);
    const limit = account.admit(to.length);
    if (limit === 'quota') return turnDown('ACCOUNT_DAILY_QUOTA_EXCEEDED', 'Daily message quota exceeded.');
    if (limit === 'rate') return turnDown('ACCOUNT_THROTTLED', 'Maximum sending rate exceeded.');
    const messageId = account.nextMessageId();
    const data = parseData(entry.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData);
    const headers = {
      ...replyTo(request.ReplyToAddresses),
      ...lowerCased(template.Headers),
      ...lowerCased(entry.ReplacementHeaders),
    };
    const attachments = attachmentsOf(template.Attachments);
    const base = { from: request.FromEmailAddress ?? '', to, headers, tags, attachments };
    outcome.accepted.push({
      to,
      messageId,
      deliveryId,
      status: 200,
      ...fill(templates, content, { ...defaults, ...data }, base),
    });
    return { Status: 'SUCCESS', MessageId: messageId };
  });
  outcome.answer = jsonAnswer(200, { BulkEmailEntryResults: results }, { 'x-amzn-requestid': call.id });
  return outcome;
}

/** The mail that the template makes of the data, or why it makes none. */
export function fill(
  templates: SesTemplates,
  content: NonNullable<ReturnType<SesTemplates['find']>>,
  data: object,
  base: Omit<MailContent, 'subject' | 'html' | 'text'>,
): { mail: MailContent | undefined; unrendered?: string } {
  try {
    return { mail: { ...base, ...templates.render(content, data) } };
  } catch (error) {
    if (error instanceof SesRefusal) throw error;
    return { mail: undefined, unrendered: error instanceof Error ? error.message : String(error) };
  }
}

function problemOf(entry: SesBulkEntry): string | undefined {
  const to = addressesOf(entry.Destination);
  if (to.length === 0 || to.length > MAX_RECIPIENTS) return 'Recipient count must be from 1 to 50.';
  try {
    checkHeaders(entry.ReplacementHeaders);
    checkTags(entry.ReplacementTags);
    parseData(entry.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return to.map(addressProblem).find(Boolean);
}
