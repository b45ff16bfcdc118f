/** The folder with the gallery's pictures. */
export const GalleryPictures = Symbol('GalleryPictures');
