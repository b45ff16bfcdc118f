import { record } from '#adapters/http/json-api.js';

/** An error as the Graph API writes it, in an answer and in a callback alike. */
export interface GraphError {
  /** Undefined if there is none, so that it is not an error of the Graph API. 0 is a code like any other. */
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  /** Without the `(#131047)` that answers put before it. */
  readonly title: string;
  readonly details: string;
}

/** Reads whatever was sent; what is not there is empty. */
export function readGraphError(value: unknown): GraphError {
  const error = record(value);
  const title = textOf(error['title']) || textOf(error['message']);
  return {
    code: wholeNumber(error['code']),
    subcode: wholeNumber(error['error_subcode']),
    title: title.replace(/^\(#\d{1,9}\) ?/, ''),
    details: textOf(record(error['error_data'])['details']),
  };
}

/** `131047 Re-engagement message: more than 24 hours …`, of any length. */
export function wordsOf({ code, title, details }: GraphError): string {
  const named = [code, title].filter((part) => part !== undefined && part !== '').join(' ');
  return details === '' ? named : `${named}: ${details}`;
}

/** The text, or an empty one: `String` would throw for a body such as `{"message":{"toString":1}}`. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
