import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StorageProbe } from './storage-probe.js';

export interface StorageProbeUnderTest {
  readonly probe: StorageProbe;
  /** Takes the storage away. */
  breakStorage(): Promise<void>;
  close(): Promise<void>;
}

export function describeStorageProbeContract(name: string, make: () => Promise<StorageProbeUnderTest>): void {
  describe(`StorageProbe: ${name}`, () => {
    let its: StorageProbeUnderTest;
    beforeEach(async () => {
      its = await make();
    });
    afterEach(() => its.close());

    it('resolves while the storage takes writes, many times and at once', async () => {
      await its.probe.write();
      const all = await Promise.all(Array.from({ length: 10 }, () => its.probe.write()));
      expect(all).toHaveLength(10);
    });

    it('rejects when the storage takes none', async () => {
      await its.breakStorage();
      await expect(its.probe.write()).rejects.toThrow();
    });
  });
}
