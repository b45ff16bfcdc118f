import { lazily } from '../lazily.js';
import { openWebsocket } from '../open/websocket.js';

export const handler = lazily(() => openWebsocket(process.env));
