import type { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';

/** What one of the application's notifications is to be, but for the instants, which count from when it is posted. */
export interface PlannedNotification {
  readonly n: number;
  /** What one client posts it posts one after the other. */
  readonly client: number;
  readonly type: keyof typeof notificationTypes;
  readonly to: { readonly userId: string; readonly email?: string; readonly phone?: string };
  /** Nobody else has these addresses: what goes there is this notification. */
  readonly alone: boolean;
  readonly orderingKey?: string;
  readonly sendInMs?: number;
  readonly expiresInMs?: number;
  readonly cancelAfterMs?: number;
  readonly test?: true;
  /** The same request again, under the same key: beside the first one, or when it has been answered. */
  readonly again?: 'beside' | 'after';
}

/** Users with a profile, to whom several notifications go. */
export const USERS = 3;
const CLIENTS = 4;
/** The clients who have an ordering key each. */
const ORDERED = 2;

export const notificationTypes = {
  login: { lane: 'critical', channels: ['sms', 'email'], fallback: { mode: 'fallback', timeoutMs: 1000 } },
  alarm: { lane: 'standard', channels: ['sms', 'inbox'], fallback: { mode: 'fallback' } },
  paid: { lane: 'standard', channels: ['email', 'inbox'], fallback: { mode: 'fallback' } },
  step: { lane: 'standard', channels: ['email', 'inbox'], fallback: { mode: 'fallback' } },
  weekly: { lane: 'bulk', channels: ['email', 'inbox'], fallback: { mode: 'all' } },
} as const;

export function profileOf(user: number): { email: string; phone: string } {
  return { email: `u${user}@users.example`, phone: `+1202555000${user}` };
}

export function planNotifications(count: number, random: SeededRandomness): readonly PlannedNotification[] {
  return Array.from({ length: count }, (_, n) => planOne(n, random));
}

function planOne(n: number, random: SeededRandomness): PlannedNotification {
  // Always as many draws, so that one change does not change all that follow.
  const [type, special, again, wait] = [random.unit(), random.unit(), random.unit(), random.unit()];
  const client = n % CLIENTS;
  if (client < ORDERED && special < 0.6)
    return {
      ...addressedAlone(n, client),
      type: 'step',
      orderingKey: `order-${client}`,
      ...repeated(again),
      ...(special < 0.06 && { cancelAfterMs: Math.floor(wait * 60) }),
    };
  const types = ['login', 'alarm', 'paid', 'weekly'] as const;
  const chosen = types[Math.floor(type * types.length)] ?? 'login';
  if (special > 0.85)
    return { n, client, type: chosen, to: { userId: `u${n % USERS}` }, alone: false, ...repeated(again) };
  return { ...addressedAlone(n, client), type: chosen, ...repeated(again), ...specialty(special, wait) };
}

function addressedAlone(n: number, client: number) {
  const to = { userId: `alone${n}`, email: `n${n}@alone.example`, phone: `+1202555${1000 + n}` };
  return { n, client, to, alone: true };
}

function specialty(special: number, wait: number): Partial<PlannedNotification> {
  if (special < 0.15) return { sendInMs: 200 + Math.floor(wait * 1500) };
  if (special < 0.25) return { expiresInMs: 40 + Math.floor(wait * 1200) };
  if (special < 0.35) return { sendInMs: 100, expiresInMs: 150 + Math.floor(wait * 300) };
  if (special < 0.45) return { sendInMs: 300, cancelAfterMs: Math.floor(wait * 500) };
  if (special < 0.55) return { cancelAfterMs: Math.floor(wait * 60) };
  if (special < 0.58) return { test: true };
  return {};
}

function repeated(again: number): Partial<PlannedNotification> {
  if (again < 0.15) return { again: 'beside' };
  return again < 0.3 ? { again: 'after' } : {};
}
