import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { Channel, Composing } from './channel.js';

export interface ChannelSamples {
  /** As people write it. */
  readonly address: string;
  readonly normalised: string;
  /** What it must not take for an address, besides what no channel takes. */
  readonly noAddresses: readonly string[];
}

const hostileAddresses = ['', ' ', '\u0000', 'a\r\nBcc: b@example.com', 'x'.repeat(10_000), '{"$ne":null}'];

/** What every channel has in common, whatever its messages are. */
export function describeChannelContract(name: string, channel: Channel, samples: ChannelSamples): void {
  describe(`the channel ${name} (Channel)`, () => {
    const composing = (change: Partial<Composing> = {}): Composing => ({
      dispatch: {
        id: 'ntf_01arz3ndektsv4rrffq69g5fav' as DispatchId,
        workspaceId: 'wsp_1' as WorkspaceId,
        channel: name,
        lane: 'standard',
        purpose: 'transactional',
        unknownPolicy: 'resend',
        content: { templateId: 'tpl_1', templateVersion: 1, from: 'Ada <ada@example.com>', data: {} },
        linkBase: 'https://mail.example',
        giveUpAt: 0,
      },
      deliveryId: 'dlv_1',
      to: samples.normalised,
      rendered: { subject: 'Subject', html: undefined, text: 'Text' },
      recipient: {},
      unsubscribeUrl: undefined,
      ...change,
    });

    it('goes by its name', () => expect(channel.name).toBe(name));

    it('knows an address, and its normal form for one', () => {
      expect(channel.normalise(samples.address)).toBe(samples.normalised);
      expect(channel.normalise(samples.normalised)).toBe(samples.normalised);
    });

    it.each([...hostileAddresses, ...samples.noAddresses].map((text) => [text.slice(0, 40), text]))(
      'takes %j for no address',
      (_, text) => expect(channel.normalise(text)).toBeUndefined(),
    );

    it('makes of any text an address in normal form, or none', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          const address = channel.normalise(text);
          if (address !== undefined) expect(channel.normalise(address)).toBe(address);
        }),
      );
    });

    it('makes the same message of the same, for whom it is and under the delivery it belongs to', () => {
      const message = channel.message(composing());
      expect(message).toMatchObject({ deliveryId: 'dlv_1', to: samples.normalised });
      expect(JSON.stringify(channel.message(composing()))).toBe(JSON.stringify(message));
      expect(channel.parts(message).length).toBeGreaterThan(0);
    });

    it('makes a message of whatever is rendered, or says why not', () => {
      const text = fc.string({ unit: 'binary', maxLength: 5_000 });
      fc.assert(
        fc.property(text, text, fc.dictionary(fc.string(), fc.anything()), (subject, body, recipient) => {
          const from = composing({ rendered: { subject, html: undefined, text: body }, recipient });
          try {
            expect(channel.parts(channel.message(from)).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        }),
      );
    });
  });
}
