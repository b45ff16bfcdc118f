import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

export interface SmtpServer {
  readonly options: SMTPConnectionOptions;
  readonly login: { readonly user: string; readonly pass: string } | undefined;
}

/**
 * Reads `smtp://user:pass@host:port` (STARTTLS if the server has it) or `smtps://…` (TLS from the start).
 *
 * With a login and a server that is not on this machine, STARTTLS is not optional: someone in between could strike it
 * from the server's greeting and read the password. `?requireTls=false` says that this is known and wanted.
 * @throws Error naming what is wrong, never the URL: it holds a password
 */
export function readSmtpUrl(url: string): SmtpServer {
  if (!URL.canParse(url)) throw new Error('smtp: the URL is not one (smtp://user:pass@host:port)');
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new Error('smtp: the URL must begin with smtp:// or smtps://');
  if (hostname === '') throw new Error('smtp: the URL names no host');
  const secure = protocol === 'smtps:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const login =
    username === '' ? undefined : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const exposed = login !== undefined && !isLoopback(host) && searchParams.get('requireTls') !== 'false';
  const options = {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && exposed,
  };
  return { options, login };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
