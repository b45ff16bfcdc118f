import type { Gallery, GalleryTemplate } from '#ports/templating/gallery.js';

/** The pictures the templates show, served at `{{assetsUrl}}/gallery/`. */
export const galleryPictures = new URL('./assets/', import.meta.url);

/** The templates written in this folder. They are put together when somebody asks, and not before. */
export class ShippedGallery implements Gallery {
  async list(): Promise<readonly GalleryTemplate[]> {
    const [newsletter, announcement, productUpdate, holiday, welcome, eventInvitation] = await Promise.all([
      import('./templates/newsletter.js'),
      import('./templates/announcement.js'),
      import('./templates/product-update.js'),
      import('./templates/holiday.js'),
      import('./templates/welcome.js'),
      import('./templates/event-invitation.js'),
    ]);
    return [
      newsletter.newsletter,
      announcement.announcement,
      productUpdate.productUpdate,
      holiday.holiday,
      welcome.welcome,
      eventInvitation.eventInvitation,
    ];
  }
}
