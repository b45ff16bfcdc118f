import { lazily } from '../lazily.js';
import { openLane } from '../open/lane.js';

export const handler = lazily(() => openLane(process.env));
