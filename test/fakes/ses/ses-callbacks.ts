import { createSign } from 'node:crypto';
import { SNS_CERTIFICATE } from './sns-certificate.js';

export const SNS_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:posthorn-events';
/** Where the fake's messages say that their certificate is. */
export const SNS_CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem';

export type SesEventType =
  | 'Send'
  | 'Delivery'
  | 'DeliveryDelay'
  | 'Bounce'
  | 'Complaint'
  | 'Reject'
  | 'Rendering Failure'
  | 'Open'
  | 'Click';

export interface SesEventOptions {
  /** Epoch milliseconds. */
  at: number;
  /** An event of a configuration set (with tags), or a notification of an identity (without). */
  shape?: 'event' | 'notification';
  to?: readonly string[];
  deliveryId?: string;
  messageId?: string;
  /** Over what stands in the type's own part. */
  part?: object;
}

/** The type's own part: its name in the event, and what is in it. */
function partOf(type: SesEventType, timestamp: string, to: readonly string[]): [name: string, part: object] {
  const person = { ipAddress: '192.0.2.7', timestamp, userAgent: 'Mozilla/5.0' };
  const report = {
    feedbackId: '0102019b-feedback-000000',
    timestamp,
    reportingMTA: 'dns; a8-70.smtp-out.example',
  };
  switch (type) {
    case 'Send':
      return ['send', {}];
    case 'Delivery': {
      const smtpResponse = '250 2.6.0 Message received';
      const delivery = { timestamp, processingTimeMillis: 546, recipients: to, smtpResponse };
      return ['delivery', { ...delivery, reportingMTA: 'a8-70.smtp-out.example' }];
    }
    case 'DeliveryDelay': {
      const said = { status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host' };
      const delayedRecipients = to.map((emailAddress) => ({ emailAddress, ...said }));
      return ['deliveryDelay', { timestamp, delayType: 'TransientCommunicationFailure', delayedRecipients }];
    }
    case 'Bounce': {
      const said = { action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' };
      const bouncedRecipients = to.map((emailAddress) => ({ emailAddress, ...said }));
      return ['bounce', { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients, ...report }];
    }
    case 'Complaint': {
      const complainedRecipients = to.map((emailAddress) => ({ emailAddress }));
      const complaint = { complainedRecipients, complaintSubType: null, complaintFeedbackType: 'abuse' };
      return ['complaint', { ...complaint, userAgent: 'AnyCompany Feedback Loop (V0.01)', ...report }];
    }
    case 'Reject':
      return ['reject', { reason: 'Bad content' }];
    case 'Rendering Failure':
      return ['failure', { templateName: 'MyTemplate', errorMessage: "Attribute 'name' is not present." }];
    case 'Open':
      return ['open', person];
    case 'Click':
      return ['click', { ...person, link: 'https://example.com/offer', linkTags: null }];
  }
}

/** What SES publishes, in its full shape. */
export function sesEvent(type: SesEventType, options: SesEventOptions): object {
  const { shape = 'event', to = ['reader1@example.com'], deliveryId = 'dlv_000001' } = options;
  const timestamp = new Date(options.at).toISOString();
  const [name, part] = partOf(type, timestamp, to);
  const tags = {
    'ses:operation': ['SendBulkEmail'],
    'ses:configuration-set': ['posthorn'],
    'ses:from-domain': ['example.com'],
    posthorn_delivery: [deliveryId],
  };
  const mail = {
    timestamp,
    source: 'Acme <news@example.com>',
    sourceArn: 'arn:aws:ses:eu-west-1:123456789012:identity/example.com',
    sendingAccountId: '123456789012',
    messageId: options.messageId ?? '0102019b8d2a7c11-000000',
    destination: to,
    headersTruncated: false,
    headers: [{ name: 'Subject', value: 'Grüße' }],
    commonHeaders: { from: ['Acme <news@example.com>'], to, subject: 'Grüße' },
    ...(shape === 'event' ? { tags } : {}),
  };
  return {
    [shape === 'event' ? 'eventType' : 'notificationType']: type,
    [name]: { ...part, ...options.part },
    mail,
  };
}

export interface SnsOptions {
  /** Epoch milliseconds. */
  at: number;
  type?: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  version?: '1' | '2';
  subject?: string;
  messageId?: string;
  topicArn?: string;
  certificateUrl?: string;
  subscribeUrl?: string;
  token?: string;
  /** PEM; left out: the key of the fake's certificate. */
  key?: string;
}

const SIGNED = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** A message of SNS with this text in it, in its full shape and signed: the headers and the body of its POST. */
export function signedBySns(
  message: string,
  options: SnsOptions,
): { headers: Record<string, string>; body: string } {
  const {
    type = 'Notification',
    topicArn = SNS_TOPIC,
    version = '2',
    token = '2336412f37fb687f5d51e6e2425f0b5',
  } = options;
  const { messageId = '165545c9-2a5c-472c-8df2-7ff2be2b3b1b' } = options;
  const api = 'https://sns.eu-west-1.amazonaws.com/';
  const subscribeUrl = `${api}?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
  const fields: Record<string, string> = {
    Type: type,
    MessageId: messageId,
    ...(type === 'Notification' ? {} : { Token: token }),
    TopicArn: topicArn,
    ...(options.subject === undefined ? {} : { Subject: options.subject }),
    Message: message,
    ...(type === 'Notification' ? {} : { SubscribeURL: options.subscribeUrl ?? subscribeUrl }),
    Timestamp: new Date(options.at).toISOString(),
  };
  const toSign = SIGNED.filter((name) => name in fields).map((name) => `${name}\n${fields[name]}\n`);
  const hash = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(hash)
    .update(toSign.join(''))
    .sign(options.key ?? SNS_CERTIFICATE.key, 'base64');
  const body = {
    ...fields,
    SignatureVersion: version,
    Signature: signature,
    SigningCertURL: options.certificateUrl ?? SNS_CERTIFICATE_URL,
    ...(type === 'Notification'
      ? { UnsubscribeURL: `${api}?Action=Unsubscribe&SubscriptionArn=${topicArn}:c9135db0` }
      : {}),
  };
  const headers = {
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
  };
  return { headers, body: JSON.stringify(body, null, 2) };
}
