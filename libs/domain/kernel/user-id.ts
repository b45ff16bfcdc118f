/** Not `.` and `..`: whatever resolves a URL takes them for a step in its path. */
const USER_ID = /^(?!\.{1,2}$)[A-Za-z0-9._:@-]{1,128}$/;

/** An application's own name for one of its users, as it is; undefined if it cannot be one. */
export function parseUserId(text: string): string | undefined {
  return USER_ID.test(text) ? text : undefined;
}
