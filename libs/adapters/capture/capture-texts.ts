import type { Channel } from '#ports/delivery/channel.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import { plainText } from '#domain/kernel/text.js';
import type {
  MessageProvider,
  OutgoingMessage,
  ProviderCall,
  ProviderCapabilities,
  ProviderQuota,
} from '#ports/delivery/message-provider.js';
import type { CaptureProvider } from './capture-provider.js';

/** Keeps the messages of any other channel beside the mails, so that the outbox shows a code sent by SMS too. */
export class CaptureTexts implements MessageProvider<OutgoingMessage> {
  readonly name = 'capture';
  readonly capabilities: ProviderCapabilities;
  readonly #channel: Channel;
  readonly #capture: CaptureProvider;

  constructor(channel: Channel, capture: CaptureProvider) {
    this.#channel = channel;
    this.#capture = capture;
    this.capabilities = capture.capabilities;
  }

  send({ key, messages, timeoutMs }: ProviderCall<OutgoingMessage>): Promise<readonly Outcome[]> {
    const mails = messages.map((message) => ({
      deliveryId: message.deliveryId,
      from: this.#channel.name,
      to: message.to,
      subject: '',
      text: this.#channel.parts(message).map(plainText).filter(Boolean).join('\n'),
      headers: {},
    }));
    return this.#capture.send({ key, messages: mails, timeoutMs });
  }

  quota(): Promise<ProviderQuota> {
    return this.#capture.quota();
  }

  check(): Promise<{ ok: boolean; detail: string }> {
    return Promise.resolve({ ok: true, detail: 'Messages are captured, not sent.' });
  }

  close(): void {
    this.#capture.close();
  }
}
