import { describePreviewLinksContract } from '#ports/templating/preview-links.contract.js';
import { previewLinks } from './preview-links.js';
import { PublicUrl } from './public-url.js';

describePreviewLinksContract('previewLinks', (publicUrl) => previewLinks(new PublicUrl(publicUrl)));
