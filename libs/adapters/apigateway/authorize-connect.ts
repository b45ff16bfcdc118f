import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';

/** What of the event of a `REQUEST` authoriser is read. */
export interface ConnectRequest {
  readonly methodArn: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

export interface ConnectPolicy {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: {
      readonly Action: 'execute-api:Invoke';
      readonly Effect: 'Allow' | 'Deny';
      readonly Resource: string;
    }[];
  };
  /** API Gateway hands these on as texts. */
  readonly context: Readonly<Record<string, string | number>>;
}

const LONGEST_TOKEN = 8_192;

/**
 * Who may connect: whoever shows a token of a user, as the parameter `token` (browsers can send no header) or as `Authorization: Bearer`.
 * A page of an origin that is not named is refused; what is no page sends none.
 * @throws Error `Unauthorized`, in the word by which API Gateway answers 401
 */
export async function authorizeConnect(
  { methodArn, headers, queryStringParameters }: ConnectRequest,
  { tokens, origins }: { readonly tokens: UserTokens; readonly origins: readonly string[] },
): Promise<ConnectPolicy> {
  const named = new Map(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  const bearer = /^Bearer +(\S+)$/i.exec(named.get('authorization') ?? '')?.[1];
  const token = queryStringParameters?.['token'] ?? bearer ?? '';
  if (token === '' || token.length > LONGEST_TOKEN) throw new Error('Unauthorized');
  const verdict = await tokens.verify(token);
  if (verdict.kind === 'refused') throw new Error('Unauthorized');
  const { workspaceId, userId, expiresAt } = verdict;
  const origin = named.get('origin');
  const isWelcome = origin === undefined || origins.includes(origin);
  return {
    principalId: userId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: isWelcome ? 'Allow' : 'Deny', Resource: methodArn },
      ],
    },
    context: { workspaceId, userId, tokenUntil: expiresAt },
  };
}

/** What the authoriser said, as `$connect` hears of it. Undefined without one: nobody comes in unasked. */
export function authorizedUser(
  context: Readonly<Record<string, unknown>> | null | undefined,
): { readonly user: TokenUser; readonly tokenUntil: Instant } | undefined {
  const { workspaceId, userId, tokenUntil } = context ?? {};
  const until = Number(tokenUntil);
  if (typeof workspaceId !== 'string' || typeof userId !== 'string' || !Number.isFinite(until))
    return undefined;
  return { user: { workspaceId: workspaceId as WorkspaceId, userId }, tokenUntil: until };
}
