import { lazily } from '../lazily.js';
import { openStore } from '../open/store.js';

export const handler = lazily(() => openStore(process.env));
