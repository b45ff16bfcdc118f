/** What an API key may be allowed to do. `admin` allows everything, keys and what is added later included. */
export const SCOPES = [
  'admin',
  'workspace:read',
  'keys:read',
  'keys:write',
  'subscribers:read',
  'subscribers:write',
  'templates:read',
  'templates:write',
  'campaigns:read',
  'campaigns:write',
  'deliveries:read',
  'deliveries:write',
  'suppressions:read',
  'suppressions:write',
  'providers:read',
  'notifications:read',
  'notifications:write',
  'users:read',
  'users:write',
  'webhooks:read',
  'webhooks:write',
  'chat:read',
  'chat:write',
] as const;

export type Scope = (typeof SCOPES)[number];

export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes('admin') || granted.includes(needed);
}

/** The wanted scopes that somebody who holds `granted` may not hand on, or they would raise their own rights. */
export function beyond(granted: readonly Scope[], wanted: readonly Scope[]): Scope[] {
  return wanted.filter((scope) => !allows(granted, scope));
}
