import { Refusal } from '#domain/kernel/refusal.js';
import type { Delivery, DeliveryStatus } from '../model/delivery.js';

/** Why a failed message cannot be decided about: it is not one (any more), or nobody may send it. */
export function refuseTransition({ status }: Delivery, to: DeliveryStatus): Refusal {
  const why =
    status === 'dead'
      ? `A dead message cannot become ${to} after what it belongs to was cancelled: it can only be resolved.`
      : `A message that is ${status} cannot become ${to}: only one that is dead can.`;
  return new Refusal('invalid_transition', why);
}
