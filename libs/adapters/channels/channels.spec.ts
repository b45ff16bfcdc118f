import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import { describeChannelContract } from '#ports/delivery/channel.contract.js';
import type { PreferenceClaim } from '#ports/delivery/preference-tokens.js';
import type { PreparedTemplate, RenderContext, Rendered } from '#ports/templating/renderer.js';
import { compose } from '#domain/delivery/application/compose-message.js';
import type { Channel } from '#ports/delivery/channel.js';
import { email } from './email-channel.js';
import { push } from './push-channel.js';
import { sms } from './sms-channel.js';
import { whatsapp } from './whatsapp-channel.js';

describeChannelContract('email', email, {
  address: ' Ada@Example.COM ',
  normalised: 'ada@example.com',
  noAddresses: ['ada', 'a@example.com,b@example.com', 'a@example.com\r\n'],
});
describeChannelContract('sms', sms, {
  address: '+49 (170) 123-4567',
  normalised: '+491701234567',
  noAddresses: ['0170 1234567', '+491701234567,+491701234568'],
});
describeChannelContract('whatsapp', whatsapp, {
  address: '0049 170 1234567',
  normalised: '+491701234567',
  noAddresses: ['whatsapp:+491701234567'],
});
describeChannelContract('push', push, {
  address: 'token:abcdefgh:APA91b-_',
  normalised: 'token:abcdefgh:APA91b-_',
  noAddresses: ['abcdefgh', 'token:', 'token:has space in it'],
});

/** Made at 1469922850259. */
const ID = 'nsm_01arz3ndektsv4rrffq69g5fav' as DispatchId;

const dispatch = (change: Partial<Dispatch> = {}): Dispatch => ({
  id: ID,
  workspaceId: 'wsp_1' as WorkspaceId,
  channel: 'sms',
  lane: 'standard',
  purpose: 'transactional',
  unknownPolicy: 'resend',
  content: { templateId: 'tpl_1', templateVersion: 1, from: 'Ada <ada@example.com>', data: { shop: 'Ours' } },
  linkBase: 'https://mail.example',
  giveUpAt: 0,
  ...change,
});
const links = {
  base: '',
  unsubscribe: (base: string, id: string, ref: string) => `${base}/u/${id}.${ref}`,
  preferences: (base: string, claim: PreferenceClaim) => `${base}/p/${JSON.stringify(claim)}`,
  assets: (base: string) => `${base}/assets`,
};
const member = (data: object, address = '+491701234567'): Member => ({
  ordinal: 0,
  address,
  ref: 'usr_1',
  data: JSON.stringify(data),
  attempts: 0,
});
const template = (subject: string, text: string): PreparedTemplate => ({
  uses: () => false,
  render: ({ recipient }) => ({
    subject,
    html: undefined,
    text: text.replace(/\{(\w+)\}/g, (_, name: string) => String(recipient[name] ?? '')),
  }),
});
const composed = (
  channel: Channel,
  {
    subject = '',
    text,
    data = {},
    of = dispatch(),
  }: { subject?: string; text: string; data?: object; of?: Dispatch },
) => compose(channel, of, member(data), template(subject, text), links);

describe('a text message', () => {
  it('is what its template says, without blanks around it', () => {
    expect(composed(sms, { text: ' Your code is {code}.\n', data: { code: '123456' } })).toEqual({
      message: {
        deliveryId: 'dlv_01arz3ndektsv4rrffq69g5favnsm0000000',
        to: '+491701234567',
        body: 'Your code is 123456.',
      },
    });
  });

  it('is worth delivering until its dispatch expires, counted from when that was made', () => {
    const of = dispatch({ expiresAt: 1469922850259 + 90_500 });
    expect(composed(sms, { text: 'hi', of })).toMatchObject({ message: { validForSeconds: 91 } });
  });

  it.each([
    ['nothing', ' \n', 'missing_variable: The text is empty.'],
    [
      'more than carriers take',
      'x'.repeat(1601),
      'render_too_large: A text message has at most 1600 characters.',
    ],
  ])('is not sent with %s', (_, text, unsendable) => {
    expect(composed(sms, { text })).toEqual({ unsendable });
  });
});

describe('a push message', () => {
  it('has a title, a text, and of the data for the application what is text', () => {
    const data = { push: { thread: '7', count: 3 } };
    expect(composed(push, { subject: 'News', text: 'Hello', data })).toMatchObject({
      message: { title: 'News', body: 'Hello', data: { thread: '7' }, urgent: false },
    });
  });

  it('is urgent on the critical lane, and may have no title', () => {
    const { message } = composed(push, { text: 'Hello', of: dispatch({ lane: 'critical' }) }) as {
      message: object;
    };
    expect(message).toMatchObject({ body: 'Hello', urgent: true });
    expect(message).not.toHaveProperty('title');
  });

  it('is not sent with nothing in it', () => {
    expect(composed(push, { text: '' })).toEqual({ unsendable: 'missing_variable: The text is empty.' });
  });

  it.each([
    ['token:abcdefgh:APA91b-_', true],
    ['fid:fGh123_-xy', true],
    ['abcdefgh', false],
    ['token:', false],
    ['token:has space in it', false],
    [`token:${'x'.repeat(4097)}`, false],
  ])('to %s: %s', (address, fits) => expect(push.normalise(address) !== undefined).toBe(fits));
});

describe('a WhatsApp message', () => {
  it('is free text', () => {
    expect(composed(whatsapp, { text: 'Hello {name}', data: { name: 'Ada' } })).toMatchObject({
      message: { content: { kind: 'text', body: 'Hello Ada' } },
    });
  });

  it('is an approved template where its first line names one', () => {
    const text = 'template: order_shipped en_US 2\n{name}\n{number}';
    expect(composed(whatsapp, { text, data: { name: 'Ada', number: 7 } })).toMatchObject({
      message: {
        content: { kind: 'template', name: 'order_shipped', language: 'en_US', parameters: ['Ada', '7'] },
      },
    });
    expect(composed(whatsapp, { text: 'template: hello_world de 0' })).toMatchObject({
      message: { content: { kind: 'template', name: 'hello_world', language: 'de', parameters: [] } },
    });
  });

  it('is not sent when a value would push the parameters out of their places', () => {
    const text = 'template: order_shipped en_US 2\n{name}\n{number}';
    expect(composed(whatsapp, { text, data: { name: 'Ada\nLovelace', number: 7 } })).toEqual({
      unsendable: 'missing_variable: order_shipped takes 2 parameters, each on one line.',
    });
  });

  it.each([
    ['nothing', ''],
    ['more than it takes', 'x'.repeat(4097)],
  ])('is not sent with %s', (_, text) => expect(composed(whatsapp, { text })).toHaveProperty('unsendable'));
});

describe('an e-mail', () => {
  it('carries the headers of one-click unsubscribe if it is marketing, and only then', () => {
    const marketing = composed(email, { subject: 'Hi', text: 'x', of: dispatch({ purpose: 'marketing' }) });
    expect(marketing).toMatchObject({
      message: {
        subject: 'Hi',
        headers: {
          'List-Unsubscribe': `<https://mail.example/u/${ID}.usr_1>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      },
    });
    expect(composed(email, { text: 'x' })).toMatchObject({ message: { headers: {} } });
  });
});

it.each([
  [
    'a subscriber',
    { refersTo: 'subscriber' as const },
    'sub_1',
    { kind: 'subscriber', campaignId: dispatch().id, subscriberId: 'sub_1' },
  ],
  [
    'a user',
    { refersTo: 'user' as const },
    'ada',
    { kind: 'user', workspaceId: dispatch().workspaceId, userId: 'ada' },
  ],
  [
    'an address',
    { refersTo: 'user' as const },
    '',
    { kind: 'address', workspaceId: dispatch().workspaceId, address: 'ada@example.com' },
  ],
  ['nobody that can be named', {}, 'tst_1', undefined],
])('a message leads %s to their preferences, if its template shows the link', (_, about, ref, claim) => {
  let made = 0;
  const counting = {
    ...links,
    preferences: (base: string, of: PreferenceClaim) => {
      made += 1;
      return links.preferences(base, of);
    },
  };
  const showing = (uses: boolean, data = '{}') =>
    compose(
      email,
      dispatch(about),
      { ...member({}, 'ada@example.com'), ref, data },
      { uses: (name) => uses && name === 'preferencesUrl', render: rendered },
      counting,
    );
  let shared: Record<string, unknown> = {};
  const rendered = (context: RenderContext): Rendered => {
    shared = context.shared;
    return { subject: 'Hello', html: undefined, text: 'Hello' };
  };
  expect(showing(true)).toHaveProperty('message');
  const url = claim && `${dispatch().linkBase}/p/${JSON.stringify(claim)}`;
  expect([shared['preferencesUrl'], made]).toEqual([url, claim ? 1 : 0]);
  showing(false);
  expect([shared['preferencesUrl'], made]).toEqual([undefined, claim ? 1 : 0]);
});

it('a page of preferences that the application has itself goes before ours', () => {
  const own = { ...dispatch({ refersTo: 'user' }) };
  const content = { ...own.content, data: { preferencesUrl: 'https://acme.example/settings' } };
  const showing: PreparedTemplate = {
    uses: () => true,
    render: ({ shared }) => ({ subject: String(shared['preferencesUrl']), html: undefined, text: '' }),
  };
  expect(compose(email, { ...own, content }, member({}, 'ada@example.com'), showing, links)).toMatchObject({
    message: { subject: 'https://acme.example/settings' },
  });
});

it('a message that cannot be rendered is unsendable, and says why', () => {
  const failing: PreparedTemplate = {
    uses: () => false,
    render: () => {
      throw new TypeError('no');
    },
  };
  expect(compose(sms, dispatch(), member({}), failing, links)).toEqual({
    unsendable: 'render_failed: TypeError: no',
  });
});

it.each([
  ['Hello {{name}}', true],
  ['', true],
  ['Your template: shipped en 1', true],
  ['template: shipped en_US 2\n{{order}}\n{{city}}', false],
  ['\n  template: {{name}} en 0', false],
])('whatsapp needs its window for %j: %s', (text, needed) => {
  expect(whatsapp.window?.needed(text)).toBe(needed);
});
