import type { NotificationType } from './notification-type.js';
import { templateFor } from './notification-type.js';
import { preferenceFor, type Preferences } from './profile.js';

/** One channel a notification can go by, with everything frozen that it takes. */
export interface PlannedLeg {
  readonly channel: string;
  /** Where it goes, in the channel's normal form; several for a user with several devices. */
  readonly addresses: readonly string[];
  readonly templateId: string;
  /** May go out only while the recipient has written to us lately on this channel: looked at once more when it starts. */
  readonly needsWindow?: boolean;
}

/** Why a channel is in a route or not: a stable code, and words for a person. */
export interface RouteReason {
  readonly channel?: string;
  readonly code:
    | 'order_from_request'
    | 'order_from_preference'
    | 'order_from_type'
    | 'mandatory_floor'
    | 'chosen'
    | 'kept_for_fallback'
    | 'not_of_this_type'
    | 'no_template'
    | 'no_address'
    | 'no_provider'
    | 'window_closed'
    | 'opted_out'
    | 'no_channel_left';
  readonly words: string;
}

export interface Route {
  readonly legs: readonly PlannedLeg[];
  readonly reasons: readonly RouteReason[];
}

export interface RouteInput {
  readonly type: NotificationType;
  /** Given with the request: these and no others, in this order. */
  readonly channels?: readonly string[];
  readonly preferences: Preferences;
  /** By channel; absent where the recipient cannot be reached on it. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  readonly locale: string | undefined;
  /** Channels that have a provider here. */
  readonly available: ReadonlySet<string>;
  /** Channels whose template may be sent only while the recipient has written to us lately, and whether they have. */
  readonly windows?: ReadonlyMap<string, 'open' | 'closed'>;
}

/**
 * Which channels, in which order, and why: what the request names, else what the recipient prefers, else what the type says.
 * A mandatory type is never left without a channel by a preference.
 */
export function planRoute(input: RouteInput): Route {
  const reasons: RouteReason[] = [];
  let legs = reachable(wanted(input, reasons), input, reasons);
  if (legs.length === 0 && input.type.mandatory && input.channels === undefined) {
    const floor = input.type.channels;
    const words = 'The type is mandatory, so a preference does not leave it without a channel.';
    reasons.push({ code: 'mandatory_floor', words });
    legs = reachable(floor, input, reasons);
  }
  if (legs.length === 0)
    reasons.push({
      code: 'no_channel_left',
      words: 'No channel is left on which the recipient can be told.',
    });
  const all = input.type.fallback.mode === 'all';
  legs.forEach(({ channel }, i) => {
    const words =
      all || i === 0 ? `It goes by ${channel}.` : `${channel} is used if what comes before it fails.`;
    reasons.push({ channel, code: all || i === 0 ? 'chosen' : 'kept_for_fallback', words });
  });
  return { legs, reasons };
}

function wanted({ type, channels, preferences }: RouteInput, reasons: RouteReason[]): readonly string[] {
  if (channels !== undefined) {
    reasons.push({ code: 'order_from_request', words: `The request asks for ${list(channels)}.` });
    return channels;
  }
  const preference = preferenceFor(preferences, type);
  if (!preference) {
    reasons.push({ code: 'order_from_type', words: `The type goes by ${list(type.channels)}.` });
    return type.channels;
  }
  const of = { type: `for ${type.type}`, category: `for ${type.category}`, channels: 'for everything' };
  const words = `The recipient prefers ${list(preference.channels)} ${of[preference.source]}.`;
  reasons.push({ code: 'order_from_preference', words });
  for (const channel of type.channels) {
    if (preference.channels.includes(channel)) continue;
    reasons.push({ channel, code: 'opted_out', words: `The recipient does not want it by ${channel}.` });
  }
  return preference.channels;
}

function reachable(names: readonly string[], input: RouteInput, reasons: RouteReason[]): PlannedLeg[] {
  const legs: PlannedLeg[] = [];
  for (const channel of new Set(names)) {
    const leg = legFor(channel, input);
    if ('code' in leg) reasons.push(leg);
    else legs.push(leg);
  }
  return legs;
}

function legFor(
  channel: string,
  { type, addresses, locale, available, windows }: RouteInput,
): PlannedLeg | RouteReason {
  if (!type.channels.includes(channel))
    return { channel, code: 'not_of_this_type', words: `${type.type} does not go by ${channel}.` };
  if (!available.has(channel))
    return { channel, code: 'no_provider', words: `No provider is configured for ${channel}.` };
  const templateId = templateFor(type.templates[channel] ?? {}, locale);
  if (templateId === undefined)
    return { channel, code: 'no_template', words: `There is no template for ${channel}.` };
  const found = addresses[channel] ?? [];
  if (found.length === 0)
    return { channel, code: 'no_address', words: `The recipient has no address for ${channel}.` };
  const window = windows?.get(channel);
  if (window === 'closed') return { channel, code: 'window_closed', words: windowClosed(channel) };
  return { channel, addresses: found, templateId, ...(window === 'open' && { needsWindow: true }) };
}

function windowClosed(channel: string): string {
  return `The recipient has not written to us on ${channel} lately, and its template is not one that may be sent then.`;
}

function list(channels: readonly string[]): string {
  return channels.length === 0 ? 'no channel' : channels.join(', then ');
}
