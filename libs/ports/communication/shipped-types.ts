import type { TypeDraft } from '#domain/communication/model/notification-type.js';
import type { ShippedTemplate } from '#domain/templating/model/shipped-template.js';

/** A notification type that comes with Posthorn, with everything it says on each of its channels. */
export interface ShippedType extends Omit<TypeDraft, 'templates' | 'from'> {
  readonly description: string;
  readonly category: string;
  /** By channel, for each of `channels`. */
  readonly templates: Readonly<Record<string, ShippedTemplate>>;
}

/**
 * The notification types that come with Posthorn.
 *
 * Guarantees: names are unique and never change their meaning; nor do the origins of templates, which are unique too.
 * Each template passes the inspection any other has to pass, and renders with nothing but the data its type requires,
 * whichever the channel: otherwise a notification that was accepted could fail on the channel it falls back to.
 */
export interface ShippedTypes {
  list(): Promise<readonly ShippedType[]>;
}
export const ShippedTypes = Symbol('ShippedTypes');
