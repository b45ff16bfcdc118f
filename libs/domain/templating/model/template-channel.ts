/** What a template has to know of the channel that its messages go by. */
export interface TemplateChannel {
  readonly name: string;
  /** Under which of their addresses it finds people. By `email`, that address is a variable the platform fills in. */
  readonly addressKind: string;
  readonly template: {
    /** `required`: of the message, which may bring one of its own where the template has none. */
    readonly subject: 'required' | 'optional' | 'none';
    readonly html: boolean;
  };
}
