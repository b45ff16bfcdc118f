import { ArrayMaxSize, IsArray, IsISO8601, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const MOST_AT_ONCE = 1_000;

export class ScheduleMessageBody {
  /** At most 20,000 UTF-16 units; may be empty if there are attachments. */
  @IsString()
  text!: string;

  /** `att_…`, uploaded before by the sender; at most 10. They are kept for it. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  attachments?: string[];

  /** ISO 8601 with a zone: within a year. */
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'sendAt must be an instant such as 2026-05-01T09:00:00Z' })
  sendAt!: string;

  /** Users, at most 50. Those who are no members when it is sent are left out. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  mentions?: string[];

  /** A message of this conversation that it answers. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  replyTo?: string;
}

export class ReviseScheduledBody {
  /** In place of what it was to say. */
  @IsOptional()
  @IsString()
  text?: string;

  /** ISO 8601 with a zone. One that was refused needs it. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'sendAt must be an instant such as 2026-05-01T09:00:00Z' })
  sendAt?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  mentions?: string[];
}
