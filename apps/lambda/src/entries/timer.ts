import { lazily } from '../lazily.js';
import { openTimer } from '../open/timer.js';

export const handler = lazily(() => openTimer(process.env));
