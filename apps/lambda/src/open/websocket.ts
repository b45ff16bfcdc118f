import type { Handler } from '../lazily.js';
import { openTarget } from '../target/aws.js';
import type { Environment } from '../target/lambda-config.js';
import { gatewayChatOf, openContexts } from '../target/open-contexts.js';
import { handlerOf, type WebSocketEvent, type WebSocketResult } from '../websocket.js';

export async function openWebsocket(env: Environment): Promise<Handler<WebSocketEvent, WebSocketResult>> {
  const target = await openTarget(env);
  const app = await openContexts(target);
  return handlerOf({ chat: gatewayChatOf(app, target), log: target.log });
}
