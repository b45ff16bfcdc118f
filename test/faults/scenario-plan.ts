import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { FaultRule } from '#test/fakes/kit/fault-rules.js';
import { type CrashPlan, crashPoints, type PlantedBug } from './crash-points.js';

export interface Scenario {
  readonly seed: number;
  readonly audience: number;
  readonly providers: readonly ('ses' | 'resend' | 'sendgrid')[];
  readonly crashes: readonly (CrashPlan | { readonly randomMs: number })[];
  readonly faults: Readonly<Record<string, readonly FaultRule[]>>;
  readonly pause: boolean;
  readonly cancel: boolean;
  /** None for a play without notifications; 0 as `audience` for one without a campaign. */
  readonly notifications: number;
  /** Messages that each of three people says in a chat; 0 for a play without one. */
  readonly chat: number;
  /** The share of webhooks that the customer does not take when they first come. */
  readonly webhooksFailing: number;
  readonly bug?: PlantedBug;
}

/** Everything that happens under a seed follows from it. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandomness(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.unit() * items.length)] as T;
  const crashes = Array.from({ length: 1 + Math.floor(random.unit() * 2) }, () =>
    random.unit() < 0.3
      ? { randomMs: Math.floor(random.unit() * 600) }
      : crashOf(pick(crashPoints), random.unit()),
  );
  const orders = [
    ['ses', 'resend'],
    ['resend', 'ses'],
    ['ses', 'resend', 'sendgrid'],
    ['sendgrid', 'ses'],
    ['resend'],
  ] as const;
  const providers = pick(orders);
  const faults = Object.fromEntries([...providers, 'twilio'].map((name) => [name, faultsOf(random, pick)]));
  return {
    seed,
    audience: 200 + Math.floor(random.unit() * 1300),
    providers,
    crashes,
    faults,
    pause: random.unit() < 0.4,
    cancel: random.unit() < 0.15,
    notifications: 20 + Math.floor(random.unit() * 25),
    webhooksFailing: random.unit() * 0.4,
    chat: 4 + Math.floor(random.unit() * 6),
  };
}

/** What is passed once for each notification or message is passed often. */
function crashOf(point: (typeof crashPoints)[number], unit: number): CrashPlan {
  const often = crashPoints.indexOf(point) >= crashPoints.indexOf('notification-accept');
  return { point, nth: 1 + Math.floor(unit * (often ? 20 : 4)) };
}

function faultsOf(random: SeededRandomness, pick: <T>(items: readonly T[]) => T): FaultRule[] {
  const bad: FaultRule = {
    match: { probability: 0.01, seed: Math.floor(random.unit() * 1000) },
    effect: { kind: 'rejectRecipients' },
  };
  const calls = (): [number, number] => {
    const first = 1 + Math.floor(random.unit() * 8);
    return [first, first + Math.floor(random.unit() * 3)];
  };
  const effect = pick<FaultRule['effect']>([
    { kind: 'healthy' },
    { kind: 'status', status: 429, retryAfter: 1 },
    { kind: 'status', status: 503 },
    { kind: 'acceptThenDrop' },
    { kind: 'hang', accepted: true },
    { kind: 'status', status: 500, accepted: true },
    { kind: 'slow', ms: 150 },
  ]);
  return [{ match: { calls: calls() }, effect }, bad, ...NOBODY];
}

/** Addresses of notifications that exist nowhere: their other channels are for them. */
const NOBODY: readonly FaultRule[] = [
  { match: { recipient: '^n\\d*9@alone' }, effect: { kind: 'rejectRecipients' } },
  { match: { recipient: '^\\+1202555.*[68]$' }, effect: { kind: 'rejectRecipients' } },
];
