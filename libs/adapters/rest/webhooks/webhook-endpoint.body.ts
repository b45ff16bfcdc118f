import { IsIn, IsOptional, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';

const MOST_EVENTS = 100;
/** `message.delivered`. */
const EVENT_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const LONGEST_EVENT_NAME = 100;

/** A list of names, or `*` for everything, which may stand alone or in the list. */
const IsEventFilter = (): PropertyDecorator =>
  ValidateBy({
    name: 'wrong_format',
    validator: {
      validate: (value: unknown) => value === '*' || (Array.isArray(value) && isFilter(value)),
      defaultMessage: () =>
        `events is a list of 1 to ${MOST_EVENTS} names such as message.delivered, or ["*"] for all of them`,
    },
  });

function isFilter(names: readonly unknown[]): boolean {
  return (
    names.length > 0 &&
    names.length <= MOST_EVENTS &&
    names.every((name) => name === '*' || isEventName(name))
  );
}

function isEventName(name: unknown): boolean {
  return typeof name === 'string' && name.length <= LONGEST_EVENT_NAME && EVENT_NAME.test(name);
}

export class CreateWebhookEndpointBody {
  /** Where to post: an absolute https URL on the open internet. */
  @IsString()
  url!: string;

  /** The names of the events it wants, or `["*"]` for all of them, which it is if left out. */
  @IsOptional()
  @IsEventFilter()
  events?: string[];
}

/** What is left out stays as it is. */
export class ChangeWebhookEndpointBody {
  @IsOptional()
  @IsString()
  url?: string;

  @IsOptional()
  @IsEventFilter()
  events?: string[];

  /** `enabled` also forgets why it was disabled and since when it fails; what was pending goes out then. */
  @IsOptional()
  @IsIn(['enabled', 'disabled'])
  status?: 'enabled' | 'disabled';
}

/** Either a message or a time. */
export class ReplayWebhooksBody {
  /** `evt_…`, the `webhook-id` of one message. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  messageId?: string;

  /** Every message since then that the endpoint wants, delivered before or not. ISO 8601 with its offset from UTC. */
  @IsOptional()
  @IsString()
  @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/, {
    message: 'since must be a time such as 2026-01-31T12:00:00Z',
  })
  since?: string;
}
