/** The parts of the SES v2 request bodies that the fake looks at. Everything is optional: this is what came in. */
export interface SesDestination {
  ToAddresses?: string[];
  CcAddresses?: string[];
  BccAddresses?: string[];
}

export interface SesPair {
  Name?: string;
  Value?: string;
}

export interface SesTemplateContent {
  Subject?: string;
  Html?: string;
  Text?: string;
}

export interface SesTemplate {
  TemplateName?: string;
  TemplateArn?: string;
  TemplateContent?: SesTemplateContent;
  TemplateData?: string;
  Headers?: SesPair[];
  Attachments?: SesAttachment[];
}

export interface SesAttachment {
  FileName?: string;
  ContentType?: string;
  RawContent?: string;
}

export interface SesSimple {
  Subject?: { Data?: string };
  Body?: { Html?: { Data?: string }; Text?: { Data?: string } };
  Headers?: SesPair[];
  Attachments?: SesAttachment[];
}

export interface SesSendEmail {
  FromEmailAddress?: string;
  ReplyToAddresses?: string[];
  Destination?: SesDestination;
  Content?: { Simple?: SesSimple; Raw?: { Data?: string }; Template?: SesTemplate };
  EmailTags?: SesPair[];
  ConfigurationSetName?: string;
}

export interface SesBulkEntry {
  Destination?: SesDestination;
  ReplacementEmailContent?: { ReplacementTemplate?: { ReplacementTemplateData?: string } };
  ReplacementHeaders?: SesPair[];
  ReplacementTags?: SesPair[];
}

export interface SesSendBulkEmail {
  FromEmailAddress?: string;
  ReplyToAddresses?: string[];
  DefaultContent?: { Template?: SesTemplate };
  DefaultEmailTags?: SesPair[];
  BulkEmailEntries?: SesBulkEntry[];
  ConfigurationSetName?: string;
}

export const SEND_PATH = '/v2/email/outbound-emails';
export const BULK_PATH = '/v2/email/outbound-bulk-emails';

export function addressesOf(destination: SesDestination | undefined): string[] {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = destination ?? {};
  return [...ToAddresses, ...CcAddresses, ...BccAddresses];
}

export function pairsOf(pairs: readonly SesPair[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
}
