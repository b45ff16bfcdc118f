/** A user of the application. */
export class UserView {
  userId!: string;
  /** Every address is in its normal form. */
  email!: string | null;
  phone!: string | null;
  whatsapp!: string | null;
  /** Those of further kinds, by kind. */
  addresses!: Record<string, string>;
  /** BCP 47. */
  locale!: string | null;
  /** IANA. */
  timezone!: string | null;
  quietHours!: { from: string; to: string } | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  /** When the profile or the preferences were saved last. ISO 8601, UTC. */
  updatedAt!: string;
}

/** Channels in the order in which the user wants them; an empty list is none. */
export class PreferencesView {
  /** For everything; null where nothing is said. */
  channels!: string[] | null;
  /** By notification type. */
  types!: Record<string, string[]>;
  /** By category. */
  categories!: Record<string, string[]>;
}

/** Where a user takes push. */
export class DeviceView {
  /** `dev_…` */
  id!: string;
  platform!: 'android' | 'ios' | 'web';
  /** By what it is known. */
  by!: 'token' | 'fid';
  /** When it was registered last. ISO 8601, UTC. */
  registeredAt!: string;
}

export class DeviceListView {
  /** The 1,000 registered last, the newest first. */
  data!: DeviceView[];
  /** How many there are. */
  total!: number;
}
