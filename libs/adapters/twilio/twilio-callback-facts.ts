import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';

/** The value of a parameter, if it came once, or always with the same value. */
export type Field = (name: string) => string | undefined;

/** What is known of any callback before it is clear what it tells. */
export interface CallbackFacts {
  readonly sid: string;
  readonly about: Pick<ProviderEvent, 'provider' | 'at' | 'providerMessageId'>;
  readonly deliveryId: string | undefined;
  readonly field: Field;
}

export function fieldOfForm(form: URLSearchParams): Field {
  return (name) => {
    const [value, ...others] = new Set(form.getAll(name));
    return others.length === 0 ? value : undefined;
  };
}

export function fieldOfJson(value: unknown): Field {
  const members = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  return (name) => {
    const member = members.get(name);
    return typeof member === 'string' || typeof member === 'number' ? String(member) : undefined;
  };
}
