import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChatClient } from './chat-client.js';
import { FileStore } from './file-store.js';
import { MemoryStore, type Store, type WebStorage, WebStore } from './store.js';
import type { Transport } from './transport.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-client-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** As browsers make it. */
class Storage implements WebStorage {
  readonly entries = new Map<string, string>();
  isFull = false;

  get length(): number {
    return this.entries.size;
  }

  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new Error('QuotaExceededError');
    this.entries.set(key, value);
  }

  removeItem(key: string): void {
    this.entries.delete(key);
  }
}

/** Each answers a store, and afterwards one that is opened anew on the same. */
const STORES: Record<string, () => () => Store> = {
  'in memory': () => {
    const store = new MemoryStore();
    return () => store;
  },
  'of the browser': () => {
    const storage = new Storage();
    storage.setItem('of another application', 'x');
    return () => new WebStore(storage, 'anna');
  },
  'in a file': () => () => new FileStore(join(folder, 'anna', 'chat.json')),
};

describe.each(Object.entries(STORES))('The store %s', (_, opening) => {
  it('holds what was set when it is opened again, and not what was removed', async () => {
    const open = opening();
    const store = open();
    expect([...(await store.load())]).toEqual([]);
    await Promise.all([store.set('a', '1'), store.set('b', '2'), store.set('a', '3'), store.remove('b')]);
    expect([...(await open().load())]).toEqual([['a', '3']]);
  });
});

describe('The store in a file', () => {
  it('writes together what is asked while it writes, and leaves nothing half', async () => {
    const store = new FileStore(join(folder, 'chat.json'));
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.set(`key ${index}`, 'x')));
    expect((await new FileStore(join(folder, 'chat.json')).load()).size).toBe(100);
    expect(await readdir(folder)).toEqual(['chat.json']);
  });

  it('does not take a file that it cannot read for an empty one', async () => {
    await writeFile(join(folder, 'chat.json'), '{"out:1');
    await expect(new FileStore(join(folder, 'chat.json')).load()).rejects.toThrow(SyntaxError);
  });

  it('goes on after a write that failed', async () => {
    await writeFile(join(folder, 'chat'), 'in the way');
    const store = new FileStore(join(folder, 'chat', 'store.json'));
    await expect(store.set('a', '1')).rejects.toThrow('EEXIST');
    await rm(join(folder, 'chat'));
    await store.set('b', '2');
    expect((await new FileStore(join(folder, 'chat', 'store.json')).load()).size).toBe(2);
  });
});

describe('A client', () => {
  const nowhere: Transport = { connect: () => ({ request() {}, say() {}, close() {} }) };

  it('whose store is full tells that the message was not sent', async () => {
    const storage = new Storage();
    storage.isFull = true;
    const failures: unknown[] = [];
    const client = new ChatClient({
      transport: nowhere,
      token: () => 'token',
      store: new WebStore(storage),
      onError: (error) => failures.push(error),
    });
    await client.start();
    const refused = new Promise((resolve) => client.on('refused', resolve));
    client.send('cnv_a', 'Hello');
    expect(await refused).toMatchObject({ error: { code: 'not_stored' } });
    expect(failures).toHaveLength(1);
    client.stop();
  });

  it('shows after a reload what it had not sent, in the order in which it was said', async () => {
    const store = new FileStore(join(folder, 'chat.json'));
    const client = new ChatClient({ transport: nowhere, token: () => 'token', store });
    await client.start();
    for (const text of ['one', 'two', 'three']) client.send('cnv_a', text);
    client.stop();
    await store.set('written', 'after these');
    const again = new ChatClient({
      transport: nowhere,
      token: () => 'token',
      store: new FileStore(join(folder, 'chat.json')),
    });
    const shown: string[] = [];
    again.on('sending', ({ text }) => shown.push(text));
    await again.start();
    again.stop();
    expect(shown).toEqual(['one', 'two', 'three']);
  });

  it('goes on when a listener throws', async () => {
    const failures: unknown[] = [];
    const onError = (error: unknown): void => void failures.push(error);
    const client = new ChatClient({ transport: nowhere, token: () => 'token', onError });
    const shown: string[] = [];
    client.on('sending', () => {
      throw new Error('a fault of the page');
    });
    client.on('sending', ({ text }) => shown.push(text));
    await client.start();
    client.send('cnv_a', 'one');
    client.send('cnv_a', 'two');
    client.stop();
    expect([shown, failures.length]).toEqual([['one', 'two'], 2]);
  });
});
