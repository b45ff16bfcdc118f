import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';

/** The part of a template that is being read. */
export type PartName = 'subject' | 'html' | 'text';

/** Something in a template's source that is refused; which part it stands in is added where that is known. */
export class SourceFault extends Error {
  readonly code: RefusalCode;
  readonly line: number;

  constructor(code: RefusalCode, line: number, detail: string) {
    super(detail);
    this.name = 'SourceFault';
    this.code = code;
    this.line = line;
  }
}

/** Runs `read` and says of which part the fault is that it finds. */
export function inPart<T>(part: PartName, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    const detail = `${part}, line ${error.line}: ${error.message}`;
    throw new Refusal(error.code, detail, { faults: [{ pointer: `/${part}`, code: error.code, detail }] });
  }
}

/** A refusal over the data of one message, one fault a variable. Values are never repeated: they are somebody's. */
export function dataRefusal(
  code: RefusalCode,
  detail: string,
  variables: readonly string[],
  fault: string,
): Refusal {
  return new Refusal(code, detail, {
    faults: variables.map((name) => ({
      pointer: `/data/${name.replaceAll('.', '/')}`,
      code,
      detail: `${name} ${fault}`,
    })),
  });
}
