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

/** The command was not used as it is meant to be: exit code 2. */
export class UsageTrouble extends Trouble {
  constructor(message: string, hint?: string) {
    super(message, hint);
    this.name = 'UsageTrouble';
  }
}
