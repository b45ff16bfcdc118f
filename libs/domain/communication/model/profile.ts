import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { QuietHours } from './quiet-hours.js';

/** Channels in the order in which a user wants them; an empty list is "none". */
export interface Preferences {
  /** By notification type. */
  readonly types: Readonly<Record<string, readonly string[]>>;
  /** By category, where nothing is said of the type. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** Where nothing is said of either. */
  readonly channels?: readonly string[];
}

export const noPreferences: Preferences = { types: {}, categories: {} };

/** What we know of a user of the application. */
export interface Profile {
  readonly workspaceId: WorkspaceId;
  /** The application's own: 1 to 128 characters. */
  readonly userId: string;
  /** By address kind, each in its normal form: `email`, `phone`, `whatsapp`, … */
  readonly addresses: Readonly<Record<string, string>>;
  /** BCP 47. */
  readonly locale?: string;
  /** IANA. */
  readonly timezone?: string;
  readonly quietHours?: QuietHours;
  readonly preferences: Preferences;
  readonly revision: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** One installation of an application, as the push provider knows it. */
export interface Device {
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
  readonly platform: 'android' | 'ios' | 'web';
  /** `token:…` or `fid:…`: unique in its workspace. It belongs to whoever registered it last. */
  readonly address: string;
  readonly createdAt: Instant;
}

/** Whom a device's pushes are worth waiting for: beyond these, the ones registered longest ago are dropped. */
export const MOST_DEVICES = 10_000;

export type PreferenceSource = 'type' | 'category' | 'channels';

/** What the user says of a type, and where they said it; undefined if nowhere. */
export function preferenceFor(
  { types, categories, channels }: Preferences,
  type: { readonly type: string; readonly category: string },
): { readonly channels: readonly string[]; readonly source: PreferenceSource } | undefined {
  const ofType = Object.hasOwn(types, type.type) ? types[type.type] : undefined;
  if (ofType) return { channels: ofType, source: 'type' };
  const ofCategory = Object.hasOwn(categories, type.category) ? categories[type.category] : undefined;
  if (ofCategory) return { channels: ofCategory, source: 'category' };
  return channels && { channels, source: 'channels' };
}
