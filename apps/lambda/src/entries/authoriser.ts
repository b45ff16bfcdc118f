import { lazily } from '../lazily.js';
import { openAuthoriser } from '../open/authoriser.js';

export const handler = lazily(() => openAuthoriser(process.env));
