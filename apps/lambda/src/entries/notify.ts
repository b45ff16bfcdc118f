import { lazily } from '../lazily.js';
import { openNotify } from '../open/notify.js';

export const handler = lazily(() => openNotify(process.env));
