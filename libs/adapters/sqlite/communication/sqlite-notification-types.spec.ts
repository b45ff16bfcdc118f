import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aType } from '#ports/communication/testing/communication-stores.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { SqliteStorage } from '../engine/storage-client.js';
import { PlayedThread } from '../engine/testing/played-thread.js';
import { SqliteNotificationTypes } from './sqlite-notification-types.js';

describe('the notification types at hand', () => {
  const before = aType({ type: 'mfa_code' });
  const after = { ...before, revision: 1, mandatory: true };
  let writer: PlayedThread;
  let reader: PlayedThread;
  let types: SqliteNotificationTypes;

  beforeEach(() => {
    writer = new PlayedThread();
    reader = new PlayedThread();
    types = new SqliteNotificationTypes(new SqliteStorage(writer.client, reader.client));
  });
  afterEach(() => [writer, reader].forEach((thread) => thread.close()));

  /** Looks one up that is asked of the storage. */
  const look = async (value: unknown, workspace = acme): Promise<unknown> => {
    const found = types.find(workspace, 'mfa_code');
    reader.answer(await reader.next(), value);
    return found;
  };

  it('are asked of the storage once', async () => {
    expect(await look(before)).toEqual(before);
    expect(await types.find(acme, 'mfa_code')).toEqual(before);
    expect(reader.asked).toBe(1);
  });

  it('are not those of another workspace, and not those that are not there', async () => {
    await look(before);
    expect(await look(undefined, rival)).toBeUndefined();
    expect(await look({ ...before, workspaceId: rival }, rival)).toMatchObject({ workspaceId: rival });
    expect(reader.asked).toBe(3);
  });

  it.each([
    ['saved', () => types.save(before, after)],
    ['removed', () => types.remove(acme, 'mfa_code')],
    ['made under a name that was taken', () => types.insert(after)],
  ])('are forgotten when one is %s', async (_what, write) => {
    await look(before);
    const written = write();
    writer.answer(await writer.next(), 'saved');
    await written;
    expect(await look(after)).toEqual(after);
  });

  it('are forgotten when nobody knows whether it was written', async () => {
    await look(before);
    const written = types.save(before, after);
    writer.fail(await writer.next());
    await expect(written).rejects.toThrow('the disk is gone');
    expect(await look(after)).toEqual(after);
  });

  it('are not remembered as they were read before a write whose answer came first', async () => {
    const early = types.find(acme, 'mfa_code');
    const asked = await reader.next();
    const written = types.save(before, after);
    writer.answer(await writer.next(), 'saved');
    await written;
    reader.answer(asked, before);
    await early;
    expect(await look(after)).toEqual(after);
  });
});
