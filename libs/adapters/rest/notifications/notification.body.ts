import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

export class NotificationBody {
  /** What is to be told: the name of a notification type. */
  @IsString()
  @Length(1, 64)
  type!: string;

  /** `userId`, or addresses by their kind: `email`, `phone`, `whatsapp`. */
  @IsObject()
  to!: Record<string, unknown>;

  /** What the templates print. At most 65,536 characters of JSON. */
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  /** BCP 47, in place of the recipient's. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { message: 'locale must be a BCP 47 language tag' })
  @MaxLength(35)
  locale?: string;

  /** The lane, in place of the type's. */
  @IsOptional()
  @IsIn(lanes)
  priority?: Lane;

  /** ISO 8601 with a zone: not before. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'sendAt must be an instant such as 2026-05-01T09:00:00Z' })
  sendAt?: string;

  /** ISO 8601 with a zone: never at or after. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'expiresAt must be an instant such as 2026-05-01T09:00:00Z' })
  expiresAt?: string;

  /** Those of one key go out in the order in which they were accepted. */
  @IsOptional()
  @IsString()
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'orderingKey must be 1 to 128 visible ASCII characters' })
  orderingKey?: string;

  /** These and no others, in this order. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @Length(1, 32, { each: true })
  channels?: string[];

  /** Decided upon and explained, never sent. */
  @IsOptional()
  @IsBoolean()
  test?: boolean;
}

export class NotificationBatchBody {
  /** Each is accepted or refused for itself. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => NotificationBody)
  notifications!: NotificationBody[];
}
