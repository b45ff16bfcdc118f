import {
  authorizedUser,
  authorizeConnect,
  type ConnectPolicy,
  type ConnectRequest,
} from '#adapters/apigateway/authorize-connect.js';
import type { GatewayChat } from '#adapters/apigateway/gateway-chat.js';
import type { Log } from '#ports/system/log.js';
import type { UserTokens } from '#ports/workspace/user-tokens.js';

/** What of API Gateway's event is read. */
export interface WebSocketEvent {
  readonly requestContext: {
    /** `CONNECT`, `MESSAGE` or `DISCONNECT`: what has happened, in API Gateway's own words. */
    readonly eventType?: string;
    readonly routeKey?: string;
    readonly connectionId: string;
    readonly authorizer?: Readonly<Record<string, unknown>> | null;
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

export interface WebSocketResult {
  readonly statusCode: number;
  /** Of `$default`, whose route has a response: the answer to the frame. */
  readonly body?: string;
}

export interface WebSocketDeps {
  readonly chat: GatewayChat;
  readonly log: Log;
}

/**
 * Connections as they come and go, and their frames. What happened is read off the event's type, never off its route: a route may be chosen
 * by what a client says. Where a frame `{"action":"$connect"}` led to that route, its sender would be entered once more, with the token of
 * its first hour, after having been put out; by `$disconnect` it would be gone for everybody and still be told everything. To us both are frames.
 */
export function handlerOf({ chat, log }: WebSocketDeps): (event: WebSocketEvent) => Promise<WebSocketResult> {
  return async (event) => {
    const { eventType, connectionId, authorizer } = event.requestContext;
    switch (eventType) {
      case 'CONNECT': {
        const authorized = authorizedUser(authorizer);
        if (!authorized) {
          // The route stands without its authoriser: a fault of the deployment.
          log.error('chat.connect_unauthorized');
          return { statusCode: 401 };
        }
        await chat.connected(connectionId, authorized.user, authorized.tokenUntil);
        return { statusCode: 200 };
      }
      case 'DISCONNECT':
        await chat.disconnected(connectionId);
        return { statusCode: 200 };
      case 'MESSAGE': {
        const body = await chat.frame(connectionId, textOf(event));
        return { statusCode: 200, ...(body !== undefined && { body }) };
      }
      default:
        log.error('chat.unknown_event', { eventType });
        return { statusCode: 400 };
    }
  };
}

/** The authoriser of `$connect`. */
export function authorizerOf(deps: {
  readonly tokens: UserTokens;
  readonly origins: readonly string[];
}): (event: ConnectRequest) => Promise<ConnectPolicy> {
  return (event) => authorizeConnect(event, deps);
}

function textOf({ body, isBase64Encoded }: WebSocketEvent): string {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
}
