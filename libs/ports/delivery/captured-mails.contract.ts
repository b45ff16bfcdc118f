import type { WorkspaceId } from '#domain/kernel/brand.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BEGINNING, type CapturedMails, capturedMailId } from './captured-mails.js';
import type { Dispatches } from './dispatches.js';
import type { PlainEmail } from './email-provider.js';
import { acme, aDispatch, rival } from './testing/delivery-stores.js';

export interface CapturedMailsUnderTest {
  readonly mails: CapturedMails;
  /** Of the same ledger: it says whose a mail is. */
  readonly dispatches: Dispatches;
  close(): Promise<void>;
}

const AT = Date.UTC(2026, 0, 5, 9);

function message(n: number, change: Partial<PlainEmail> = {}): PlainEmail {
  return {
    deliveryId: `dlv_${n}`,
    from: 'Us <us@example.com>',
    to: `reader${n}@example.com`,
    subject: `Grüße ${n}`,
    html: `<p>${n}</p>`,
    text: `${n}`,
    headers: { 'List-Unsubscribe': `<https://example.com/u/${n}>` },
    ...change,
  };
}

export function describeCapturedMailsContract(
  name: string,
  open: () => Promise<CapturedMailsUnderTest>,
): void {
  describe(`CapturedMails: ${name}`, () => {
    let its: CapturedMailsUnderTest;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const numbered = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => message(from + n));
    const append = (key: string, messages: readonly PlainEmail[], keep = 1000, at = AT) =>
      its.mails.append({ key, messages, at, keep });
    const subjects = async (limit = 100, after?: string) => {
      const page = await its.mails.page(after === undefined ? { limit } : { limit, after });
      return { subjects: page.data.map(({ subject }) => subject), next: page.next };
    };

    it('gives every mail an id, and shows it whole under it', async () => {
      const [first = '', second = ''] = await append('call_1', [
        message(1),
        message(2, { replyTo: 'desk@example.com' }),
      ]);
      expect(await its.mails.find(first)).toEqual({ ...message(1), id: first, at: AT });
      expect(await its.mails.find(second)).toEqual({
        ...message(2),
        replyTo: 'desk@example.com',
        id: second,
        at: AT,
      });
    });

    it('lists the newest first, without their bodies', async () => {
      const ids = await append('call_1', numbered(1, 2));
      expect((await its.mails.page({ limit: 10 })).data).toEqual(
        [2, 1].map((n) => {
          const { deliveryId, from, to, subject } = message(n);
          return { id: ids[n - 1], at: AT, deliveryId, from, to, subject };
        }),
      );
    });

    it('lists how a text begins that has no subject, in whole characters', async () => {
      const text = `Your code is 1 ${'🦉'.repeat(300)}`;
      const { html: _, ...plain } = message(1, { subject: '', text });
      const { html: __, text: ___, ...empty } = message(2, { subject: '' });
      await append('call_1', [plain, message(3), empty]);
      expect((await its.mails.page({ limit: 10 })).data.map(({ beginning }) => beginning)).toEqual([
        undefined,
        undefined,
        [...text].slice(0, BEGINNING).join(''),
      ]);
    });

    it('goes on from a cursor, whatever has been appended meanwhile', async () => {
      await append('call_1', numbered(1, 5));
      const first = await subjects(2);
      expect(first.subjects).toEqual(['Grüße 5', 'Grüße 4']);
      await append('call_2', numbered(6, 1));
      const second = await subjects(2, first.next!);
      expect(second.subjects).toEqual(['Grüße 3', 'Grüße 2']);
      expect(await subjects(2, second.next!)).toEqual({ subjects: ['Grüße 1'], next: null });
      expect((await subjects(6)).next).toBeNull();
    });

    it.each(['', 'x', 'cap_1', '-1', capturedMailId(1).toUpperCase()])(
      'refuses the cursor %j',
      async (after) => {
        await expect(its.mails.page({ limit: 1, after })).rejects.toMatchObject({ code: 'invalid_cursor' });
      },
    );

    it.each(['', 'cap_x', 'dlv_1', capturedMailId(9)])('finds nothing under %j', async (id) => {
      await append('call_1', numbered(1, 1));
      expect(await its.mails.find(id)).toBeUndefined();
    });

    it('answers a repeated call with the ids it got, and keeps nothing twice', async () => {
      const first = await append('call_1', numbered(1, 3));
      await append('call_2', numbered(4, 1));
      expect(await append('call_1', numbered(1, 3))).toEqual(first);
      expect((await subjects()).subjects).toHaveLength(4);
    });

    it('keeps so many and lets the oldest go', async () => {
      const [oldest = ''] = await append('call_1', numbered(1, 3), 4);
      await append('call_2', numbered(4, 3), 4);
      expect((await subjects()).subjects).toEqual(['Grüße 6', 'Grüße 5', 'Grüße 4', 'Grüße 3']);
      expect(await its.mails.find(oldest)).toBeUndefined();
    });

    it('still knows a call of which it kept the end only', async () => {
      const first = await append('call_1', numbered(1, 3), 4);
      await append('call_2', numbered(4, 3), 4);
      expect(await append('call_1', numbered(1, 3), 4)).toEqual(first);
      expect((await subjects()).subjects).toHaveLength(4);
    });

    it('keeps the whole of the last call, however little is to be kept', async () => {
      await append('call_1', numbered(1, 3), 1);
      await append('call_2', numbered(4, 3), 1);
      expect((await subjects()).subjects).toEqual(['Grüße 6', 'Grüße 5', 'Grüße 4']);
    });

    it('never gives an id twice, though everything older is gone', async () => {
      const ids = new Set<string>();
      for (let n = 1; n <= 5; n++) for (const id of await append(`call_${n}`, numbered(n, 2), 2)) ids.add(id);
      expect(ids.size).toBe(10);
    });

    it('takes calls that come at the same time, each as a whole', async () => {
      const calls = Array.from({ length: 8 }, (_, call) => append(`call_${call}`, numbered(call * 10, 5)));
      const ids = (await Promise.all(calls)).flat();
      expect(new Set(ids).size).toBe(40);
      const order = (await subjects()).subjects.map((subject) => Math.floor(Number(subject.slice(6)) / 10));
      const blocks = order.filter((call, at) => call !== order[at - 1]);
      expect(blocks).toHaveLength(8);
    });

    it('takes the same call twice at the same time, and keeps it once', async () => {
      const [one, two] = await Promise.all([
        append('call_1', numbered(1, 2)),
        append('call_1', numbered(1, 2)),
      ]);
      expect(two).toEqual(one);
      expect((await subjects()).subjects).toHaveLength(2);
    });

    describe('of several workspaces', () => {
      /** A call of one dispatch of that workspace; its mails' subjects end in the numbers `from` … */
      const captureFor = async (workspaceId: WorkspaceId, from: number, count: number, keep = 1000) => {
        const dispatch = aDispatch().inWorkspace(workspaceId).build();
        await its.dispatches.open(dispatch);
        const messages = Array.from({ length: count }, (_, n) =>
          message(from + n, { deliveryId: deliveryId(dispatch.id, n) }),
        );
        return append(`call_${from}`, messages, keep);
      };
      const theirs = async (workspaceId: WorkspaceId, limit = 100, after?: string) => {
        const page = await its.mails.pageOf(workspaceId, after === undefined ? { limit } : { limit, after });
        return { subjects: page.data.map(({ subject }) => subject.slice(6)), next: page.next };
      };

      it("shows each its own, and everybody's to who may see all", async () => {
        await captureFor(acme, 1, 2);
        await captureFor(rival, 3, 1);
        await captureFor(acme, 4, 1);
        expect(await theirs(acme)).toEqual({ subjects: ['4', '2', '1'], next: null });
        expect(await theirs(rival)).toEqual({ subjects: ['3'], next: null });
        expect((await subjects()).subjects).toHaveLength(4);
      });

      it('finds a mail for its workspace and for no other', async () => {
        const [id = ''] = await captureFor(acme, 1, 1);
        expect(await its.mails.findOf(acme, id)).toEqual(await its.mails.find(id));
        expect(await its.mails.findOf(acme, id)).toMatchObject({ id, subject: 'Grüße 1' });
        expect(await its.mails.findOf(rival, id)).toBeUndefined();
        for (const nothing of ['', 'cap_x', capturedMailId(9)])
          expect(await its.mails.findOf(acme, nothing)).toBeUndefined();
      });

      it("fills a page of one, however many of another's lie in between, and ends it where its own end", async () => {
        await captureFor(acme, 1, 3);
        await captureFor(rival, 10, 20);
        await captureFor(acme, 4, 1);
        const first = await theirs(acme, 2);
        expect(first.subjects).toEqual(['4', '3']);
        await captureFor(rival, 30, 5);
        expect(await theirs(acme, 2, first.next!)).toEqual({ subjects: ['2', '1'], next: null });
        expect(await theirs(acme, 4)).toMatchObject({ next: null });
        await expect(its.mails.pageOf(acme, { limit: 1, after: 'x' })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      });

      it('lets the oldest of one go, and none of another', async () => {
        await captureFor(rival, 1, 2, 4);
        const [oldest = ''] = await captureFor(acme, 10, 3, 4);
        await captureFor(acme, 13, 3, 4);
        expect((await theirs(acme)).subjects).toEqual(['15', '14', '13', '12']);
        expect(await its.mails.findOf(acme, oldest)).toBeUndefined();
        expect((await theirs(rival)).subjects).toEqual(['2', '1']);
      });

      it('gives a mail of a dispatch that the ledger does not know to none of them', async () => {
        const [id = ''] = await append('call_1', [
          message(1, { deliveryId: deliveryId(aDispatch().build().id, 0) }),
        ]);
        expect(await its.mails.find(id)).toMatchObject({ subject: 'Grüße 1' });
        for (const workspaceId of [acme, rival]) {
          expect((await theirs(workspaceId)).subjects).toEqual([]);
          expect(await its.mails.findOf(workspaceId, id)).toBeUndefined();
        }
      });
    });
  });
}
