import { lazily } from '../lazily.js';
import { openHttp } from '../open/http.js';

export const handler = lazily(() => openHttp(process.env));
