import { lazily } from '../lazily.js';
import { openRelay } from '../open/relay.js';

export const handler = lazily(() => openRelay(process.env));
