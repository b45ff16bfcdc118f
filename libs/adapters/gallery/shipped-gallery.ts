import type { Gallery, GalleryTemplate } from '#ports/templating/gallery.js';

/** The pictures the templates show, served at `{{assetsUrl}}/gallery/`. */
export const galleryPictures = new URL('./assets/', import.meta.url);

const TEMPLATES: readonly (() => Promise<GalleryTemplate>)[] = [
  async () => (await import('./templates/newsletter.js')).newsletter,
  async () => (await import('./templates/announcement.js')).announcement,
  async () => (await import('./templates/product-update.js')).productUpdate,
  async () => (await import('./templates/holiday.js')).holiday,
  async () => (await import('./templates/welcome.js')).welcome,
  async () => (await import('./templates/event-invitation.js')).eventInvitation,
  async () => (await import('./templates/verify-email.js')).verifyEmail,
  async () => (await import('./templates/password-reset.js')).passwordReset,
  async () => (await import('./templates/mfa-code.js')).mfaCode,
  async () => (await import('./templates/account-locked.js')).accountLocked,
  async () => (await import('./templates/new-device-sign-in.js')).newDeviceSignIn,
  async () => (await import('./templates/password-changed.js')).passwordChanged,
  async () => (await import('./templates/invitation.js')).invitation,
  async () => (await import('./templates/receipt.js')).receipt,
  async () => (await import('./templates/missed-messages-digest.js')).missedMessagesDigest,
  async () => (await import('./templates/order-shipped.js')).orderShipped,
  async () => (await import('./templates/payment-failed.js')).paymentFailed,
  async () => (await import('./templates/trial-ending.js')).trialEnding,
  async () => (await import('./templates/comment-mention.js')).commentMention,
  async () => (await import('./templates/weekly-summary.js')).weeklySummary,
  async () => (await import('./templates/webinar-invitation.js')).webinarInvitation,
  async () => (await import('./templates/re-engagement.js')).reEngagement,
  async () => (await import('./templates/survey.js')).survey,
  async () => (await import('./templates/back-in-stock.js')).backInStock,
  async () => (await import('./templates/referral.js')).referral,
  async () => (await import('./templates/black-friday-sale.js')).blackFridaySale,
  async () => (await import('./templates/birthday.js')).birthday,
];

/** The templates written in this folder. They are put together when somebody asks, and not before. */
export class ShippedGallery implements Gallery {
  list(): Promise<readonly GalleryTemplate[]> {
    return Promise.all(TEMPLATES.map((load) => load()));
  }
}
