import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Answer, HttpCall } from '../kit/http-call.js';
import { sesError } from './ses-errors.js';

export interface SesCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

const SHAPE =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/ses\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** Checks a call's Signature Version 4. `undefined` when it holds. With `shapeOnly` the hash itself is not computed. */
export function checkSignature(
  call: HttpCall,
  credentials: SesCredentials,
  shapeOnly: boolean,
): Answer | undefined {
  const authorization = call.header('authorization');
  if (!authorization)
    return sesError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  const parts = SHAPE.exec(authorization);
  if (!parts)
    return sesError(403, 'IncompleteSignatureException', 'Authorization header is not a complete signature.');
  const [, accessKeyId = '', day = '', region = '', signed = '', signature = ''] = parts;
  if (accessKeyId !== credentials.accessKeyId) {
    return sesError(
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  if (shapeOnly) return undefined;
  const expected = signatureOf(call, credentials.secretAccessKey, day, region, signed);
  if (timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return undefined;
  return sesError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function signatureOf(call: HttpCall, secret: string, day: string, region: string, signed: string): string {
  const headers = signed
    .split(';')
    .map((name) => `${name}:${(call.header(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  const request = [
    call.method,
    call.path.split('/').map(encodeRfc3986).join('/'),
    [...new URLSearchParams(call.query)]
      .map(([key, value]) => `${encodeRfc3986(key)}=${encodeRfc3986(value)}`)
      .sort()
      .join('&'),
    headers.join(''),
    signed,
    hash('sha256', call.body),
  ].join('\n');
  const scope = `${day}/${region}/ses/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', call.header('x-amz-date'), scope, hash('sha256', request)].join('\n');
  const key = [day, region, 'ses', 'aws4_request'].reduce(
    (secretSoFar: Buffer | string, part) => createHmac('sha256', secretSoFar).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
