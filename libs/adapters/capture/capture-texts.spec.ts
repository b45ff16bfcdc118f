import { describe, expect, it } from '@jest/globals';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { MemoryCapturedMails } from '#adapters/memory/delivery/memory-captured-mails.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { push } from '#adapters/channels/push-channel.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { whatsapp } from '#adapters/channels/whatsapp-channel.js';
import type { Channel } from '#ports/delivery/channel.js';
import type { OutgoingMessage } from '#ports/delivery/message-provider.js';
import { create } from './create-capture.js';

describe('the capture provider of another channel than e-mail', () => {
  const captured = async (channel: Channel, message: OutgoingMessage & Record<string, unknown>) => {
    const capturedMails = new MemoryCapturedMails();
    const provider = create(
      {},
      { channel, capturedMails, inbox: new MemoryInbox(), clock: new DrivenClock() },
    );
    const call = { key: 'call_1', messages: [message], timeoutMs: 1_000 };
    const outcomes = await provider.send(call);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
    // Asked again after a lost answer, it knows the call.
    expect(await provider.send(call)).toEqual(outcomes);
    const { data } = await capturedMails.page({ limit: 10 });
    expect(data).toHaveLength(1);
    return capturedMails.find(data[0]?.id ?? '');
  };

  it('shows a text message beside the mails', async () => {
    const message = { deliveryId: 'dlv_1', to: '+491701234567', body: 'Your code is 1' };
    expect(await captured(sms, message)).toMatchObject({
      from: 'sms',
      to: '+491701234567',
      subject: '',
      text: 'Your code is 1',
      deliveryId: 'dlv_1',
    });
  });

  it('shows title and text of a push', async () => {
    const message = {
      deliveryId: 'dlv_1',
      to: 'token:abcdefgh',
      title: 'News',
      body: 'Hello',
      data: {},
      urgent: false,
    };
    expect(await captured(push, message)).toMatchObject({ from: 'push', text: 'News\nHello' });
  });

  it('shows the parameters of an approved template', async () => {
    const content = { kind: 'template', name: 'shipped', language: 'en', parameters: ['Ada', '7'] };
    const message = { deliveryId: 'dlv_1', to: '+491701234567', content };
    expect(await captured(whatsapp, message)).toMatchObject({ from: 'whatsapp', text: 'Ada\n7' });
  });
});
