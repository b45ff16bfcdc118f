import { notification, type Words } from '../notification.js';
import { invitation as invitationMail } from '../templates/invitation.js';
import { missedMessagesDigest as missedMessagesDigestMail } from '../templates/missed-messages-digest.js';
import { receipt as receiptMail } from '../templates/receipt.js';
import { welcome as welcomeMail } from '../templates/welcome.js';

const service = { lane: 'standard', mandatory: false } as const;

export const welcome = notification({
  ...service,
  type: 'welcome',
  category: 'general',
  description: 'The first message to somebody new: what to do first, and whom to ask.',
  channels: ['email', 'inbox'],
  fallback: { mode: 'all' },
  mail: welcomeMail,
  words: {
    inbox: {
      subject: 'Welcome to {{productName}}',
      text: '{{intro}} {{ctaUrl}}',
      uses: ['productName', 'intro', 'ctaUrl'],
    },
  },
});

const invites: Words = {
  text: '{{inviterName}} invites you to {{teamName}} on {{productName}}: {{acceptUrl}}',
  uses: ['inviterName', 'teamName', 'productName', 'acceptUrl'],
};

export const invitation = notification({
  ...service,
  type: 'invitation',
  category: 'general',
  description: 'Somebody asks somebody else to join a team, a project or a shared folder.',
  channels: ['email', 'whatsapp', 'sms'],
  fallback: { mode: 'fallback' },
  mail: invitationMail,
  words: { whatsapp: invites, sms: invites },
});

export const receipt = notification({
  ...service,
  type: 'receipt',
  category: 'billing',
  description: 'What was paid, for what, and how.',
  channels: ['email', 'inbox'],
  fallback: { mode: 'all' },
  mail: receiptMail,
  words: {
    inbox: {
      subject: 'Receipt no. {{receiptNumber}}',
      text: 'You paid {{companyName}} {{number total currency=currency}} on {{date paidAt "long"}}: {{receiptUrl}}',
      uses: ['receiptNumber', 'companyName', 'total', 'currency', 'paidAt', 'receiptUrl'],
    },
  },
});

export const missedMessagesDigest = notification({
  ...service,
  type: 'missed_messages_digest',
  category: 'messages',
  description: 'Conversations that went on while somebody was away.',
  channels: ['push', 'email'],
  fallback: { mode: 'fallback' },
  mail: missedMessagesDigestMail,
  words: {
    push: {
      subject: 'Unread in {{companyName}}: {{number unreadCount}}',
      text: 'From {{#each conversations}}{{#unless @first}}, {{/unless}}{{title}}{{/each}}.',
      uses: ['companyName', 'unreadCount', 'conversations'],
    },
  },
});
