import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { FallbackRule } from './notification-type.js';
import type { Leg, LegState, Notification, NotificationStatus, TraceEntry } from './notification.js';
import type { RouteReason } from './route.js';

/** What can become of a leg by what the backbone says. */
export type LegNews = Extract<LegState, 'sent' | 'delivered' | 'bounced' | 'failed'>;

/** What moves a notification on. */
export type Progress =
  /** Due, routed: `legs` in their order, none of them started. */
  | {
      readonly what: 'routed';
      readonly legs: readonly Leg[];
      readonly reasons: readonly RouteReason[];
      readonly rule: FallbackRule;
    }
  | { readonly what: 'deferred'; readonly until: Instant; readonly words: string }
  | { readonly what: 'expired' }
  | { readonly what: 'cancelled' }
  /**
   * Where the deliveries of one leg stand now, looked up after the notification was: so of two who tell at once, whoever
   * saves last has looked last, and the leg stands where its deliveries do, in whatever order their news came. A leg that
   * was delivered may thus have bounced: a host may take a mail and send it back afterwards.
   */
  | {
      readonly what: 'leg';
      readonly channel: string;
      readonly state: LegNews;
      readonly reason?: string;
      readonly rule: FallbackRule;
    }
  /** Somebody has read it. Kept with the leg, for deliveries know no reading: it shows as long as the leg is delivered. */
  | { readonly what: 'read'; readonly channel: string; readonly rule: FallbackRule }
  /** Its time to look again has come. */
  | { readonly what: 'looked'; readonly rule: FallbackRule };

/** What is to be done after the new state is kept; each may be done twice. */
export interface Moved {
  readonly notification: Notification;
  readonly start: readonly Leg[];
  readonly callOff: readonly Leg[];
}

/**
 * A leg that was started is looked at again this soon: its start may have been lost with the process. Then after as long
 * again as it has been under way: a provider's outage of an hour is no reason to look a thousand times.
 */
const LOOK_AGAIN_MS = 2_000;

/** The one place that decides. Undefined if nothing changes. @throws Refusal `invalid_transition` */
export function move(before: Notification, progress: Progress, now: Instant): Moved | undefined {
  const moved = step(before, progress, now);
  return moved && { ...moved, notification: withStatusTraced(before, moved.notification) };
}

/** Another status stands in the trace, with the last thing that led to it. */
function withStatusTraced(before: Notification, after: Notification): Notification {
  const last = after.trace.at(-1);
  if (before.status === after.status || !last || after.trace.length === before.trace.length) return after;
  return { ...after, trace: [...after.trace.slice(0, -1), { ...last, status: after.status }] };
}

function step(before: Notification, progress: Progress, now: Instant): Moved | undefined {
  switch (progress.what) {
    case 'routed':
      return before.status === 'accepted' ? route(before, progress, now) : undefined;
    case 'deferred':
      if (before.status !== 'accepted') return undefined;
      return kept(before, now, { dueAt: progress.until }, [trace(now, 'deferred', progress.words)]);
    case 'expired':
      return before.status === 'accepted'
        ? ended(before, 'expired', 'It had expired before it could be sent.', now)
        : undefined;
    case 'cancelled':
      return cancel(before, now);
    case 'leg':
      return news(before, progress, now);
    case 'read':
      return read(before, progress, now);
    case 'looked':
      return look(before, progress.rule, now);
  }
}

function route(
  before: Notification,
  { legs, reasons, rule }: Extract<Progress, { what: 'routed' }>,
  now: Instant,
): Moved {
  const told = reasons.map(({ code, words, channel }) => trace(now, code, words, channel));
  if (before.order.test) {
    const tested = { status: 'tested' as const, legs, dueAt: undefined };
    return kept(before, now, tested, [...told, trace(now, 'tested', 'This is a test: nothing is sent.')]);
  }
  if (legs.length === 0) return kept(before, now, { status: 'failed', legs, dueAt: undefined }, told);
  return onwards(
    { ...before, status: 'sending', legs, trace: [...before.trace, ...told] },
    before,
    rule,
    now,
  );
}

/** Starts what is to be started next, and says what the whole has come to. */
function onwards(
  state: Notification,
  before: Notification,
  rule: FallbackRule,
  now: Instant,
  callOff: readonly Leg[] = [],
): Moved {
  const first = state.legs.findIndex(({ state: one }) => one === 'waiting');
  const underWay = state.legs.some((leg) => isUnderWay(leg, rule));
  const confirmed = state.legs.some(isConfirmed);
  const start = rule.mode === 'all' ? state.legs.filter(({ state: one }) => one === 'waiting') : [];
  if (rule.mode === 'fallback' && first >= 0 && !underWay && !confirmed)
    start.push(...state.legs.slice(first, first + 1));
  const started = state.legs.map((leg): Leg =>
    start.includes(leg) ? { ...leg, state: 'sending', startedAt: now } : leg,
  );
  const words = start.map(({ channel }) => trace(now, 'started', `It is being sent by ${channel}.`, channel));
  const status = statusOf(started);
  const notification = {
    ...state,
    legs: started,
    status,
    dueAt: nextLook(started, rule, now),
    trace: [...state.trace, ...words],
    revision: before.revision + 1,
    updatedAt: now,
  };
  return { notification, start: started.filter((leg, i) => leg !== state.legs[i]), callOff: callOff };
}

/** Whether the next leg has to wait for this one. One that was sent is waited for only if there is a time to wait. */
function isUnderWay(leg: Leg, rule: FallbackRule): boolean {
  if (leg.state === 'sending') return true;
  return (
    leg.state === 'sent' &&
    !(rule.mode === 'fallback' && rule.timeoutMs !== undefined && leg.reason === NOT_CONFIRMED)
  );
}

const NOT_CONFIRMED = 'not confirmed in time';

function isConfirmed({ state }: Leg): boolean {
  return state === 'delivered' || state === 'read';
}

function nextLook(legs: readonly Leg[], rule: FallbackRule, now: Instant): Instant | undefined {
  const looks = legs.flatMap((leg) => {
    const timeout =
      rule.mode === 'fallback' && rule.timeoutMs !== undefined && hasNext(legs)
        ? [confirmBy(leg, rule.timeoutMs)]
        : [];
    if (leg.state === 'sending')
      return [now + Math.max(LOOK_AGAIN_MS, now - (leg.startedAt ?? now)), ...timeout];
    return leg.state === 'sent' && leg.reason === undefined ? timeout : [];
  });
  return looks.length === 0 ? undefined : Math.max(now, Math.min(...looks));
}

function hasNext(legs: readonly Leg[]): boolean {
  return legs.some(({ state }) => state === 'waiting');
}

function confirmBy({ startedAt }: Leg, timeoutMs: number): Instant {
  return (startedAt ?? 0) + timeoutMs;
}

function news(
  before: Notification,
  { channel, state, reason, rule }: Extract<Progress, { what: 'leg' }>,
  now: Instant,
): Moved | undefined {
  const leg = before.legs.find((one) => one.channel === channel);
  const to = leg?.wasRead === true && state === 'delivered' ? 'read' : state;
  if (!leg || leg.state === 'waiting' || leg.state === to) return undefined;
  return changed(before, { ...without(leg), state: to, ...(reason !== undefined && { reason }) }, rule, now);
}

function read(
  before: Notification,
  { channel, rule }: Extract<Progress, { what: 'read' }>,
  now: Instant,
): Moved | undefined {
  const leg = before.legs.find((one) => one.channel === channel);
  if (!leg || leg.state === 'waiting' || leg.wasRead === true) return undefined;
  if (leg.state === 'delivered')
    return changed(before, { ...without(leg), state: 'read', wasRead: true }, rule, now);
  // Its delivery is not known to have arrived: told too early, or turned away for good since.
  const legs = before.legs.map((one): Leg => (one === leg ? { ...one, wasRead: true } : one));
  return kept(before, now, { legs }, []);
}

/** Why it was in its former state says nothing of the next one. */
function without({ reason: _, ...leg }: Leg): Leg {
  return leg;
}

function changed(before: Notification, to: Leg, rule: FallbackRule, now: Instant): Moved {
  const legs = before.legs.map((one) => (one.channel === to.channel ? to : one));
  const words = trace(now, to.state, wordsFor(to.channel, to.state, to.reason), to.channel);
  const next = { ...before, legs, trace: [...before.trace, words] };
  // Called off: what comes of it is told, and starts nothing more.
  if (before.status === 'cancelled' || before.status === 'expired') {
    return {
      notification: { ...next, revision: before.revision + 1, updatedAt: now },
      start: [],
      callOff: [],
    };
  }
  return onwards(next, before, rule, now);
}

/** The time of a leg is up: the next one starts, and whatever the first has not sent yet is taken back. */
function look(before: Notification, rule: FallbackRule, now: Instant): Moved | undefined {
  if (before.dueAt === undefined || before.status === 'accepted') return undefined;
  const timeoutMs = rule.mode === 'fallback' ? rule.timeoutMs : undefined;
  const late = before.legs.find(
    (leg) =>
      (leg.state === 'sending' || (leg.state === 'sent' && leg.reason === undefined)) &&
      timeoutMs !== undefined &&
      hasNext(before.legs) &&
      now >= confirmBy(leg, timeoutMs),
  );
  if (!late) return onwards(before, before, rule, now);
  const to: Leg = { ...late, state: late.state === 'sending' ? 'abandoned' : 'sent', reason: NOT_CONFIRMED };
  const legs = before.legs.map((one) => (one === late ? to : one));
  const words = `${late.channel} was not confirmed within ${timeoutMs} ms.`;
  const entry = trace(now, 'not_confirmed', words, late.channel);
  return onwards(
    { ...before, legs, trace: [...before.trace, entry] },
    before,
    rule,
    now,
    late.state === 'sending' ? [late] : [],
  );
}

function cancel(before: Notification, now: Instant): Moved {
  if (before.status === 'cancelled') return { notification: before, start: [], callOff: [] };
  if (before.status !== 'accepted' && before.status !== 'sending') {
    throw new Refusal('invalid_transition', `A notification that is ${before.status} cannot be cancelled.`);
  }
  const sending = before.legs.filter(({ state }) => state === 'sending');
  const legs = before.legs.map((leg): Leg =>
    leg.state === 'sending' || leg.state === 'waiting'
      ? { ...leg, state: 'abandoned', reason: 'cancelled' }
      : leg,
  );
  const words = trace(now, 'cancelled', 'It was cancelled.');
  return { ...kept(before, now, { status: 'cancelled', legs, dueAt: undefined }, [words]), callOff: sending };
}

function ended(before: Notification, status: NotificationStatus, words: string, now: Instant): Moved {
  return kept(before, now, { status, dueAt: undefined }, [trace(now, status, words)]);
}

function kept(
  before: Notification,
  now: Instant,
  change: Partial<Notification>,
  told: readonly TraceEntry[],
): Moved {
  const notification = {
    ...before,
    ...change,
    trace: [...before.trace, ...told],
    revision: before.revision + 1,
    updatedAt: now,
  };
  return { notification, start: [], callOff: [] };
}

/** By the best of the legs; if none got through, by the last that ended. */
function statusOf(legs: readonly Leg[]): NotificationStatus {
  const states = new Set(legs.map(({ state }) => state));
  for (const best of ['read', 'delivered', 'sent', 'sending'] as const) if (states.has(best)) return best;
  return states.has('bounced') ? 'bounced' : 'failed';
}

function wordsFor(channel: string, state: LegState, reason: string | undefined): string {
  const said = {
    waiting: `${channel} is waiting.`,
    sending: `It is being sent by ${channel}.`,
    sent: `A provider has taken it for ${channel}.`,
    delivered: `It was delivered by ${channel}.`,
    read: `It was read on ${channel}.`,
    bounced: `It bounced on ${channel}.`,
    failed: `${channel} failed.`,
    abandoned: `${channel} was given up.`,
  }[state];
  return reason === undefined ? said : `${said.slice(0, -1)}: ${reason}.`;
}

function trace(at: Instant, code: string, words: string, channel?: string): TraceEntry {
  return { at, code, words, ...(channel !== undefined && { channel }) };
}
