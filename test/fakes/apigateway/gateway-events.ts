import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const STAGE = 'test';
const API_ID = 'fakeapi';
const ACCOUNT = '123456789012';

/** What a handler answers; of `$default` the body goes to the client. */
export interface GatewayResult {
  readonly statusCode?: number;
  readonly body?: string;
}

/** What an authoriser answers: an IAM policy. */
export interface GatewayPolicy {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Statement: readonly {
      readonly Effect: string;
      readonly Action: string;
      readonly Resource: string;
    }[];
  };
  readonly context?: Readonly<Record<string, string | number | boolean>>;
}

export interface Opened {
  readonly id: string;
  readonly connectedAt: number;
  readonly authorizer: Readonly<Record<string, unknown>>;
}

/** The event of one route, as API Gateway shapes it. */
export function eventOf(
  route: '$connect' | '$disconnect' | '$default',
  { id, connectedAt, authorizer }: Opened,
  rest: object,
): object {
  const eventType = { $connect: 'CONNECT', $disconnect: 'DISCONNECT', $default: 'MESSAGE' }[route];
  return {
    requestContext: {
      routeKey: route,
      eventType,
      connectionId: id,
      connectedAt,
      requestTimeEpoch: connectedAt,
      requestId: randomUUID(),
      extendedRequestId: randomUUID(),
      messageDirection: 'IN',
      apiId: API_ID,
      domainName: `${API_ID}.execute-api.us-east-1.amazonaws.com`,
      stage: STAGE,
      identity: { sourceIp: '127.0.0.1' },
      authorizer,
    },
    isBase64Encoded: false,
    ...rest,
  };
}

/** What an authoriser is asked, and what `$connect` has of the request. */
export function requestOf({ headers, url = '' }: IncomingMessage): object {
  const query = [...new URLSearchParams(url.slice(url.indexOf('?') + 1))];
  const lines = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return {
    headers: Object.fromEntries(lines),
    multiValueHeaders: Object.fromEntries(lines.map(([name, value]) => [name, [value]])),
    queryStringParameters: url.includes('?') ? Object.fromEntries(query) : null,
    multiValueQueryStringParameters: Object.fromEntries(query.map(([name, value]) => [name, [value]])),
  };
}

export function authorizerEventOf(request: IncomingMessage, id: string, connectedAt: number): object {
  const asked = eventOf('$connect', { id, connectedAt, authorizer: {} }, requestOf(request));
  const methodArn = `arn:aws:execute-api:us-east-1:${ACCOUNT}:${API_ID}/${STAGE}/$connect`;
  return { type: 'REQUEST', methodArn, stageVariables: null, ...asked };
}

export function allows({ policyDocument }: GatewayPolicy): boolean {
  const effects = policyDocument.Statement.map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** As a handler gets it: every value of the context as text. */
export function contextOf({ principalId, context = {} }: GatewayPolicy): Record<string, unknown> {
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { principalId, integrationLatency: 1, ...Object.fromEntries(texts) };
}
