/** A condition the person at the keyboard can act on: printed as is, without a stack. */
export class Stop extends Error {
  /**
   * @param {string} message what happened and what to do about it
   * @param {number} exitCode of the whole command
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Progress goes to stderr: `posthorn … --json | jq` must see nothing but the command's own output. */
export function say(message) {
  process.stderr.write(`posthorn: ${message}\n`);
}

export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
