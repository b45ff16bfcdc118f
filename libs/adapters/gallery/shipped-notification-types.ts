import type { ShippedType, ShippedTypes } from '#ports/communication/shipped-types.js';

/** The notification types written in this folder. Like the gallery they are put together when somebody asks. */
export class ShippedNotificationTypes implements ShippedTypes {
  async list(): Promise<readonly ShippedType[]> {
    const [security, service] = await Promise.all([
      import('./types/security-types.js'),
      import('./types/service-types.js'),
    ]);
    return [
      security.verifyEmail,
      security.passwordReset,
      security.mfaCode,
      security.accountLocked,
      security.newDeviceSignIn,
      service.welcome,
      service.invitation,
      service.receipt,
      service.missedMessagesDigest,
    ];
  }
}
