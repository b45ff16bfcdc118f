/** What S3 calls it. Of an error without a body, as `HEAD` has, the status in its words. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 416 ? 'InvalidRange' : name;
}
