/** What the reader is looking at, as the address of the page has it. */
export interface OutboxPlace {
  readonly to?: string | undefined;
  readonly after?: string | undefined;
}

/** The address of a list or a mail, with what the reader was looking at. */
export function outboxUrl(path: string, params: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(params).filter((param): param is [string, string] => param[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return query === '' ? path : `${path}?${query}`;
}
