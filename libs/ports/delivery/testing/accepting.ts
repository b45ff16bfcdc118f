import { describe, expect, it } from '@jest/globals';
import { deliveryId, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import {
  aDispatch,
  allDeliveries,
  aRecipient,
  type DeliveryStores,
  HOUR,
  recipients,
  rival,
  START,
} from './delivery-stores.js';
import {
  accepted,
  allAtOnce,
  claimAll,
  claimOne,
  countsOf,
  deliverAll,
  pendingIn,
  send,
  takeUp,
} from './worker.js';

/** The part of the Ledger contract about `accept`. */
export function describeAccepting(stores: () => DeliveryStores): void {
  const accept = (...args: Parameters<DeliveryStores['ledger']['accept']>) => stores().ledger.accept(...args);
  /** Addresses of all that wait on the bulk lane; every parcel is claimed. */
  const waiting = async (now = START): Promise<string[]> => {
    const parcels = await Promise.all(
      (await claimAll(stores(), now)).map((claim) => stores().ledger.load(claim)),
    );
    return parcels.flatMap((parcel) => parcel?.members.map(({ address }) => address) ?? []).sort();
  };
  const addressesOf = (page: readonly { address: string }[]) => page.map(({ address }) => address).sort();

  describe('accepting', () => {
    it('gives every recipient a pending row and work on the lane', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      expect(await accept(dispatch.id, recipients(7), START)).toEqual({ added: 7 });
      const rows = await allDeliveries(stores(), { dispatchId: dispatch.id });
      expect(addressesOf(rows)).toEqual(addressesOf(recipients(7)));
      expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['pending']));
      expect(await waiting()).toEqual(addressesOf(recipients(7)));
    });

    it('keeps what it was given, to the byte', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const data =
        '{ "name" : "\\u00e9 é 🦉 \\"quoted\\"", "nested":{"a":[1,2.50,null]}, "big":12345678901234567890 }';
      const odd = { address: "o'neil+tag@exämple.com", ref: 'sub_"; DROP TABLE deliveries;--', data };
      await accept(dispatch.id, [odd, { address: 'b@example.com', ref: '', data: '{}' }], START);
      const parcel = await stores().ledger.load(await claimOne(stores(), START));
      expect(parcel?.dispatch).toEqual(dispatch);
      const member = parcel?.members.find(({ address }) => address === odd.address);
      expect(member).toEqual({ ...odd, ordinal: member?.ordinal, attempts: 0 });
      const [row] = await allDeliveries(stores(), { address: odd.address });
      expect(row).toMatchObject({
        workspaceId: dispatch.workspaceId,
        dispatchId: dispatch.id,
        lane: 'bulk',
        address: odd.address,
        ref: odd.ref,
        status: 'pending',
        attempts: 0,
        updatedAt: START,
        history: [],
      });
    });

    it('gives every member an ordinal of its own, from which its id is made', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await accept(dispatch.id, recipients(20), START);
      await accept(dispatch.id, recipients(20, { from: 15 }), START);
      const parcels = await Promise.all(
        (await claimAll(stores(), START)).map((claim) => stores().ledger.load(claim)),
      );
      const members = parcels.flatMap((parcel) => parcel?.members ?? []);
      expect(new Set(members.map(({ ordinal }) => ordinal)).size).toBe(35);
      for (const { ordinal, address } of members) {
        expect(Number.isInteger(ordinal) && ordinal >= 0).toBe(true);
        const row = await stores().deliveries.find(dispatch.workspaceId, deliveryId(dispatch.id, ordinal));
        expect(row?.address).toBe(address);
        expect(parseDeliveryId(row?.id ?? '')).toEqual({ dispatchId: dispatch.id, ordinal });
      }
    });

    it('takes a whole page of 1,000', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      expect(await accept(dispatch.id, recipients(1000), START)).toEqual({ added: 1000 });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 1000 });
      expect(await waiting()).toHaveLength(1000);
    });

    it('takes an empty page calmly', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      expect(await accept(dispatch.id, [], START)).toEqual({ added: 0 });
      expect(await claimAll(stores(), START)).toEqual([]);
    });

    it('adds nothing when the same page comes again', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await accept(dispatch.id, recipients(10), START);
      const before = await allDeliveries(stores());
      expect(await accept(dispatch.id, recipients(10), START + HOUR)).toEqual({ added: 0 });
      expect(await allDeliveries(stores())).toEqual(before);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 10 });
    });

    it('leaves a row as it is when its page comes again after it was sent', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await deliverAll(stores(), dispatch, 3, accepted);
      const changed = recipients(3).map((one) => ({
        ...one,
        data: '{"name":"somebody else"}',
        ref: 'sub_other',
      }));
      expect(await accept(dispatch.id, changed, START)).toEqual({ added: 0 });
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 3 });
      expect((await allDeliveries(stores())).map(({ ref }) => ref)).not.toContain('sub_other');
      expect(await waiting()).toEqual([]);
    });

    it('adds the new ones of a page that overlaps another', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await accept(dispatch.id, recipients(10), START);
      expect(await accept(dispatch.id, recipients(10, { from: 4 }), START)).toEqual({ added: 4 });
      expect(addressesOf(await allDeliveries(stores()))).toEqual(addressesOf(recipients(14)));
      expect(await waiting()).toEqual(addressesOf(recipients(14)));
    });

    it('takes an address once that stands twice in one page', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const page = [...recipients(3), ...recipients(2), aRecipient('r1@example.com', START + 5000)];
      expect(await accept(dispatch.id, page, START)).toEqual({ added: 3 });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 3 });
      expect(addressesOf(await allDeliveries(stores()))).toEqual(addressesOf(recipients(3)));
    });

    it('gives one address a row in every dispatch that has it', async () => {
      const mine = await aDispatch().openedIn(stores());
      const alsoMine = await aDispatch().openedIn(stores());
      const theirs = await aDispatch().inWorkspace(rival).openedIn(stores());
      for (const { id } of [mine, alsoMine, theirs])
        expect(await accept(id, recipients(1), START)).toEqual({ added: 1 });
      expect(await allDeliveries(stores(), { address: 'r0@example.com' })).toHaveLength(2);
      expect(await allDeliveries(stores(), { address: 'r0@example.com' }, rival)).toHaveLength(1);
    });

    it('gives an address one row when overlapping pages arrive side by side', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const answers = await allAtOnce(20, (page) =>
        accept(dispatch.id, recipients(30, { from: page * 5 }), START),
      );
      const addresses = addressesOf(recipients(125));
      expect(answers.reduce((sum, { added }) => sum + added, 0)).toBe(125);
      expect(addressesOf(await allDeliveries(stores(), { dispatchId: dispatch.id }))).toEqual(addresses);
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 125 });
      expect([...new Set(await waiting())]).toEqual(addresses);
    });

    it('adds nothing to a cancelled dispatch', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await accept(dispatch.id, recipients(2), START);
      await stores().dispatches.control(dispatch.id, 'cancelled', 1);
      expect(await accept(dispatch.id, recipients(5), START)).toEqual({ added: 0 });
      expect((await stores().dispatches.stats(dispatch.id))?.candidates).toBe(2);
    });

    it('goes on while the dispatch is halted; the work is there when it is resumed', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      expect(await accept(dispatch.id, recipients(5), START)).toEqual({ added: 5 });
      expect(await countsOf(stores(), dispatch)).toEqual({ pending: 5 });
      await stores().dispatches.control(dispatch.id, 'open', 2);
      expect(await waiting()).toEqual(addressesOf(recipients(5)));
    });

    it('goes on while others send', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 20);
      await Promise.all([
        ...ordinals.map((ordinal) => send(stores(), claim, [ordinal], accepted)),
        ...[0, 1, 2, 3].map((page) => accept(dispatch.id, recipients(15, { from: 10 + page * 10 }), START)),
      ]);
      expect(await countsOf(stores(), dispatch)).toEqual({ accepted: 20, pending: 35 });
      expect(await waiting()).toEqual(addressesOf(recipients(35, { from: 20 })));
    });
  });

  describe('loading', () => {
    it('shows the pending members in the order of their ordinals, and how the dispatch is controlled', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      const { claim, ordinals } = await takeUp(stores(), dispatch, 10);
      await send(stores(), claim, [ordinals[3]!, ordinals[8]!], accepted);
      await stores().ledger.discard(claim, [ordinals[5]!], 'dead', 'poison', START);
      await stores().dispatches.control(dispatch.id, 'halted', 1);
      const parcel = await stores().ledger.load(claim);
      expect(parcel).toMatchObject({ control: 'halted', orphans: [] });
      const left = ordinals.filter((_, index) => ![3, 5, 8].includes(index));
      expect(parcel?.members.map(({ ordinal }) => ordinal)).toEqual(left.sort((a, b) => a - b));
    });

    it('shows nothing to whoever no longer holds the parcel', async () => {
      const { claim } = await takeUp(stores(), await aDispatch().openedIn(stores()), 2);
      const successor = await claimOne(stores(), START + HOUR);
      expect(await stores().ledger.load(claim)).toBeUndefined();
      expect(await pendingIn(stores(), successor)).toHaveLength(2);
    });
  });
}
