import { describe, expect, it } from '@jest/globals';
import type { Dispatch, DispatchId } from '#domain/delivery/model/dispatch.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { inbox } from './inbox-channel.js';

const dispatch: Dispatch = {
  id: 'nin_01arz3ndektsv4rrffq69g5fav' as DispatchId,
  workspaceId: 'wsp_1' as WorkspaceId,
  channel: 'inbox',
  lane: 'standard',
  purpose: 'transactional',
  unknownPolicy: 'resend',
  content: { templateId: 'tpl_1', templateVersion: 1, from: '', data: { notificationType: 'receipt' } },
  linkBase: '',
  giveUpAt: 0,
};
const message = (
  rendered: { subject: string; text: string | undefined },
  recipient: Record<string, unknown> = {},
  of = dispatch,
) =>
  inbox.message({
    dispatch: of,
    deliveryId: 'dlv_1',
    to: 'anna',
    rendered: { html: undefined, ...rendered },
    recipient,
    unsubscribeUrl: undefined,
  });

describe('an inbox item', () => {
  it('has a title, a text, the type of its notification and the data of its recipient', () => {
    expect(message({ subject: ' Hi ', text: 'There\n' }, { total: 1 })).toEqual({
      deliveryId: 'dlv_1',
      to: 'anna',
      workspaceId: 'wsp_1',
      type: 'receipt',
      title: 'Hi',
      body: 'There',
      data: { total: 1 },
    });
  });

  it('may have only one of title and text, and be of no notification', () => {
    const content = { ...dispatch.content, data: {} };
    expect(message({ subject: '', text: 'There' }, {}, { ...dispatch, content })).toMatchObject({
      type: '',
      title: '',
      body: 'There',
    });
    expect(message({ subject: 'Hi', text: undefined })).toMatchObject({ title: 'Hi', body: '' });
    expect(() => message({ subject: '', text: ' ' })).toThrow('The text is empty.');
  });

  it('leads to a page on the web', () => {
    const url = 'https://acme.example/orders/1?a=b';
    expect(message({ subject: 'Hi', text: 'x' }, { url })).toMatchObject({ url });
    expect(message({ subject: 'Hi', text: 'x' }, { url: { a: 1 } })).not.toHaveProperty('url');
  });

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/orders/1',
    'http:evil.example',
    'https://',
    `https://acme.example/${'x'.repeat(2048)}`,
  ])('does not lead to %j', (url) => {
    expect(() => message({ subject: 'Hi', text: 'x' }, { url })).toThrow(
      'url must be an http or https URL of at most 2048 characters.',
    );
  });

  it.each([
    ['anna', true],
    ['usr_1:a.b@acme-2', true],
    ['x'.repeat(128), true],
    ['', false],
    ['x'.repeat(129), false],
    ['a b', false],
    ['a/b', false],
    ['anna\n', false],
    ['ünna', false],
  ])('is for a user called %j: %s', (userId, fits) => {
    expect(inbox.normalise(userId)).toBe(fits ? userId : undefined);
  });
});
