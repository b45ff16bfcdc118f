/** The variables by which a function is told of what was deployed beside it. The composition root of the target reads them. */
export interface DeployedParts {
  readonly table: string;
  /** Before the name of each lane. */
  readonly queues: string;
  readonly blobs: string;
  readonly events: string;
  readonly secrets: string;
  readonly sockets: string;
  readonly logLevel: string;
  /** A function tells connected people of large conversations, with a queue before it. */
  readonly chatNotices: boolean;
}

export function environmentOf(parts: DeployedParts): Record<string, string> {
  return {
    POSTHORN_TARGET: 'lambda',
    POSTHORN_TABLE: parts.table,
    POSTHORN_QUEUES: parts.queues,
    POSTHORN_BUCKET: parts.blobs,
    POSTHORN_EVENT_STREAM: parts.events,
    POSTHORN_SECRETS: parts.secrets,
    APIGW_ENDPOINT: parts.sockets,
    POSTHORN_CHAT_NOTICES: String(parts.chatNotices),
    LOG_LEVEL: parts.logLevel,
  };
}
