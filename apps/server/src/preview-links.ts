import type { PreviewLinks } from '#ports/templating/preview-links.js';
import type { PublicUrl } from './public-url.js';

/** Read when a preview is made: the URL is known only once the server listens. */
export function previewLinks(publicUrl: PublicUrl): PreviewLinks {
  return {
    get unsubscribeUrl() {
      return `${publicUrl.value}/u/preview`;
    },
    get preferencesUrl() {
      return `${publicUrl.value}/p/preview`;
    },
    get assetsUrl() {
      return `${publicUrl.value}/assets`;
    },
  };
}
