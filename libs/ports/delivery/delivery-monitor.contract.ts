import { describe, expect, it } from '@jest/globals';
import { lanes } from '#domain/delivery/model/dispatch.js';
import type { DeliveryMonitor } from './delivery-monitor.js';

/** @param make a monitor where no worker runs yet, over the providers of the given names */
export function describeDeliveryMonitorContract(
  name: string,
  make: (providers: readonly string[]) => DeliveryMonitor,
): void {
  describe(`DeliveryMonitor (${name})`, () => {
    it('shows the configured providers closed and idle, in their order, while no worker runs', async () => {
      const { providers } = await make(['ses', 'resend']).status();
      expect(providers.map((one) => one.name)).toEqual(['ses', 'resend']);
      for (const provider of providers) {
        expect(provider).toMatchObject({ state: 'closed', sentLastMinute: 0, failureRate: 0 });
        expect(provider.budget.inFlight).toBe(0);
      }
    });

    it('has something to say of every lane', async () => {
      const status = await make(['capture']).status();
      expect(Object.keys(status.lanes).sort()).toEqual([...lanes].sort());
      for (const lane of lanes)
        expect(status.lanes[lane]).toEqual({ inHand: 0, accepted: 0, ratePerSecond: 0 });
    });

    it('may be asked by many at once', async () => {
      const monitor = make(['capture']);
      const answers = await Promise.all(Array.from({ length: 20 }, () => monitor.status()));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });
  });
}
