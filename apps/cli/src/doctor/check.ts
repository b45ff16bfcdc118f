/** How one thing stands. `skip`: it could not be looked at, which says nothing about it. */
export type CheckResult =
  | { readonly state: 'ok' | 'skip'; readonly detail: string; readonly hint?: string }
  | { readonly state: 'warn' | 'fail'; readonly detail: string; readonly hint: string };

/** A line of the doctor's report. */
export type Check = CheckResult & { readonly name: string };

export function ok(name: string, detail: string): Check {
  return { name, state: 'ok', detail };
}

export function skip(name: string, detail: string): Check {
  return { name, state: 'skip', detail: `not checked: ${detail}` };
}

export function warn(name: string, detail: string, hint: string): Check {
  return { name, state: 'warn', detail, hint };
}

export function fail(name: string, detail: string, hint: string): Check {
  return { name, state: 'fail', detail, hint };
}
