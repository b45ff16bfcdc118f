import { fc } from '#test/support/properties.js';
import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import { SECOND, START } from './delivery-stores.js';
import { accepted, dead, failed, hardBounced, throttled, unavailable, unknown } from './worker.js';

/** One random operation. `at` chooses among whatever there is by then, counted round and round. */
export type Step =
  | {
      readonly kind: 'accept';
      readonly at: number;
      readonly from: number;
      readonly count: number;
      readonly dueIn: number;
    }
  | {
      readonly kind: 'claim';
      readonly lane: 'bulk' | 'standard';
      readonly max: number;
      readonly leaseMs: number;
    }
  | { readonly kind: 'extend'; readonly at: number; readonly leaseMs: number }
  | {
      readonly kind: 'openIntent';
      readonly at: number;
      readonly from: number;
      readonly count: number;
      readonly unsendable: number;
    }
  | {
      readonly kind: 'settle';
      readonly at: number;
      readonly bySuccessor: boolean;
      readonly verdicts: readonly Verdict[];
    }
  | { readonly kind: 'finish'; readonly at: number; readonly dueIn: number; readonly parts: number }
  | {
      readonly kind: 'discard';
      readonly at: number;
      readonly count: number;
      readonly to: 'cancelled' | 'expired' | 'dead';
    }
  | {
      readonly kind: 'control';
      readonly at: number;
      readonly control: DispatchControl;
      readonly newer: number;
    }
  | { readonly kind: 'suppress'; readonly who: number; readonly scope: 'all' | 'marketing' }
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'retryOne' | 'resolve'; readonly at: number; readonly row: number }
  | { readonly kind: 'seal'; readonly at: number }
  | { readonly kind: 'pass'; readonly ms: number };

/** Addresses are drawn from this many. */
export const ADDRESSES = 30;

const at = fc.nat(1000);
const verdict = fc.oneof(
  { arbitrary: fc.constantFrom(accepted, dead, dead, unavailable(START), throttled(START)), weight: 3 },
  { arbitrary: fc.constantFrom(failed, hardBounced, unknown), weight: 1 },
);

/** Weighted so that messages get somewhere: most sequences reach every status. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('accept' as const),
      at,
      from: fc.nat(ADDRESSES - 1),
      count: fc.integer({ min: 1, max: 12 }),
      dueIn: fc.constantFrom(0, 0, 5 * SECOND),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      lane: fc.constantFrom('bulk' as const, 'standard' as const),
      max: fc.integer({ min: 1, max: 3 }),
      leaseMs: fc.constantFrom(5 * SECOND, 60 * SECOND),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('extend' as const), at, leaseMs: fc.constant(20 * SECOND) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('openIntent' as const),
      at,
      from: fc.nat(8),
      count: fc.integer({ min: 0, max: 8 }),
      unsendable: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      at,
      bySuccessor: fc.boolean(),
      verdicts: fc.array(verdict, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('finish' as const),
      at,
      dueIn: fc.constantFrom(0, 0, 10 * SECOND),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('discard' as const),
      at,
      count: fc.integer({ min: 1, max: 4 }),
      to: fc.constantFrom('cancelled' as const, 'expired' as const, 'dead' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('control' as const),
      at,
      control: fc.constantFrom<DispatchControl>('open', 'open', 'open', 'halted', 'halted', 'cancelled'),
      newer: fc.constantFrom(-1, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('suppress' as const),
      who: fc.nat(ADDRESSES - 1),
      scope: fc.constantFrom('all' as const, 'marketing' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), at }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('retryOne' as const, 'resolve' as const), at, row: at }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('seal' as const), at }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 2 * SECOND, 30 * SECOND),
    }),
  },
);
