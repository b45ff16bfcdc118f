export class UploadLinkView {
  /** `upl_…`: by whoever knows it the upload can be completed, so it is nobody else's business. */
  id!: string;
  method!: 'PUT';
  /** Where to. It is itself the right to put the file there, once or again, until it expires. Null in a repeated answer. */
  url!: string;
  /** To be sent with it, as they are. */
  headers!: Record<string, string>;
  /** ISO 8601, UTC. */
  expiresAt!: string;
}
