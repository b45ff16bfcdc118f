import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderNews, ProviderTurn } from './provider-news.js';

export interface ProviderNewsUnderTest {
  /** Two processes that hear each other, from the start. */
  readonly one: ProviderNews;
  readonly other: ProviderNews;
  close?(): Promise<void>;
}

const opened: ProviderTurn = {
  kind: 'opened',
  channel: 'email',
  provider: 'ses',
  forMs: 750,
  reason: 'Service “SES” says 503',
};
const closed: ProviderTurn = { kind: 'closed', channel: 'email', provider: 'ses' };
const last: ProviderTurn = { kind: 'closed', channel: 'email', provider: 'the last' };

export function describeProviderNewsContract(
  name: string,
  make: () => ProviderNewsUnderTest | Promise<ProviderNewsUnderTest>,
): void {
  describe(`ProviderNews: ${name}`, () => {
    let under: ProviderNewsUnderTest;
    beforeEach(async () => void (under = await make()));
    afterEach(() => under.close?.());

    /** Everything that is heard up to `last`. */
    const heardBy = (news: ProviderNews): Promise<readonly ProviderTurn[]> =>
      new Promise((resolve) => {
        const heard: ProviderTurn[] = [];
        news.onHeard((turn) => (turn.provider === last.provider ? resolve(heard) : heard.push(turn)));
      });

    it('tells the others, word for word', async () => {
      const heard = heardBy(under.other);
      for (const turn of [opened, closed, last]) under.one.tell(turn);
      expect(await heard).toEqual([opened, closed]);
    });

    it('tells nobody their own news', async () => {
      const heard = heardBy(under.one);
      const passedOn = heardBy(under.other);
      under.one.tell(opened);
      under.one.tell(last);
      await passedOn;
      under.other.tell(closed);
      under.other.tell(last);
      expect(await heard).toEqual([closed]);
    });

    it('tells everyone who listens, until they listen no more, and bears with one who throws', async () => {
      const until: ProviderTurn[] = [];
      const end = under.other.onHeard((turn) => until.push(turn));
      under.other.onHeard(() => {
        throw new Error('A hearer of its own kind');
      });
      const first = heardBy(under.other);
      under.one.tell(opened);
      under.one.tell(last);
      await first;
      end();
      end();
      const second = heardBy(under.other);
      under.one.tell(closed);
      under.one.tell(last);
      expect(await second).toEqual([closed]);
      expect(until).toEqual([opened, last]);
    });

    it('never throws and never waits, though nobody listens', () => {
      expect(under.one.tell(opened)).toBeUndefined();
    });
  });
}
