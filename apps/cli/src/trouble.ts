/** Something went wrong for a reason that can be told in plain words; nobody needs a stack for it. */
export class Trouble extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'Trouble';
    this.hint = hint;
  }
}

/** @param error what reading the file threw */
export function cannotRead(file: string, error: unknown): Trouble {
  return new Trouble(`The file ${file} cannot be read: ${reasonOf(error)}.`);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is none by that name';
  if (code === 'EACCES') return 'no permission';
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? String(error);
}

/** The command was not used as it is meant to be: exit code 2. */
export class UsageTrouble extends Trouble {
  constructor(message: string, hint?: string) {
    super(message, hint);
    this.name = 'UsageTrouble';
  }
}
