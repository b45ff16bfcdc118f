import { notification, type Words } from '../notification.js';
import { accountLocked as accountLockedMail } from '../templates/account-locked.js';
import { mfaCode as mfaCodeMail } from '../templates/mfa-code.js';
import { newDeviceSignIn as newDeviceSignInMail } from '../templates/new-device-sign-in.js';
import { passwordReset as passwordResetMail } from '../templates/password-reset.js';
import { verifyEmail as verifyEmailMail } from '../templates/verify-email.js';

/** Somebody waits for it, or somebody is at their door: it overtakes everything, and nobody can do without it. */
const security = { category: 'security', lane: 'critical', mandatory: true } as const;

export const verifyEmail = notification({
  ...security,
  type: 'verify_email',
  description: 'Asks somebody who signed up to show that the e-mail address is theirs.',
  // By anything else it would show that something else is theirs.
  channels: ['email'],
  fallback: { mode: 'fallback' },
  mail: verifyEmailMail,
  words: {},
});

export const passwordReset = notification({
  ...security,
  type: 'password_reset',
  description: 'A link to choose a new password, for somebody who asked for one.',
  channels: ['email', 'sms'],
  fallback: { mode: 'fallback' },
  mail: passwordResetMail,
  words: {
    sms: {
      text: 'Choose a new password for {{companyName}}, within {{validFor}}: {{resetUrl}} You did not ask for this? Do nothing.',
      uses: ['companyName', 'validFor', 'resetUrl'],
    },
  },
});

/** Who signs in has the next page open already, and asks for another code after half a minute. */
const PATIENCE_MS = 30_000;

export const mfaCode = notification({
  ...security,
  type: 'mfa_code',
  description: 'The second step of a sign-in: a code to type.',
  channels: ['sms', 'email'],
  fallback: { mode: 'fallback', timeoutMs: PATIENCE_MS },
  mail: mfaCodeMail,
  words: {
    sms: {
      // Telephones offer the first number of a text for typing.
      text: '{{code}} is your sign-in code for {{companyName}}. It works for {{validFor}}. Give it to nobody.',
      uses: ['code', 'companyName', 'validFor'],
    },
  },
});

const locked: Words = {
  text: '{{companyName}} locked your account: {{cause}}. Nobody can sign in until you unlock it: {{unlockUrl}}',
  uses: ['companyName', 'cause', 'unlockUrl'],
};

export const accountLocked = notification({
  ...security,
  type: 'account_locked',
  description: 'An account was shut to keep somebody out: why, and how to open it again.',
  channels: ['email', 'sms', 'whatsapp'],
  fallback: { mode: 'fallback' },
  mail: accountLockedMail,
  words: { sms: locked, whatsapp: locked },
});

const DEVICE = '{{device}}{{#if place}}, {{place}}{{/if}}.';

export const newDeviceSignIn = notification({
  ...security,
  type: 'new_device_sign_in',
  description: 'Tells the owner of an account about a sign-in from where there was none before.',
  channels: ['email', 'push', 'inbox'],
  // Whoever got in may read one of them. They can hardly keep all of them from the owner.
  fallback: { mode: 'all' },
  mail: newDeviceSignInMail,
  words: {
    push: {
      subject: 'New sign-in to {{companyName}}',
      text: `${DEVICE} Was it not you? Sign that device out now.`,
      uses: ['companyName', 'device', 'place'],
    },
    inbox: {
      subject: 'New sign-in to your account',
      text: `${DEVICE} Was it not you? Sign that device out: {{secureUrl}}`,
      uses: ['device', 'place', 'secureUrl'],
    },
  },
});
