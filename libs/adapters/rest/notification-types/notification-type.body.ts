import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { type Lane, lanes } from '#domain/delivery/model/dispatch.js';
import type { LocalisedTemplates } from '#domain/communication/model/notification-type.js';

const MOST_CHANNELS = 20;
const MOST_LOCALES = 50;
const LONGEST_ID = 64;

/** Shapes only: which channels and templates there are is for the registry to judge. */
const IsTemplatesByChannel = (): PropertyDecorator =>
  ValidateBy({
    name: 'wrong_type',
    validator: {
      validate: (value: unknown) =>
        isMap(value, MOST_CHANNELS, (one) => isId(one) || isMap(one, MOST_LOCALES, isId)),
      defaultMessage: () =>
        'templates has the id of a template for each channel, or an object with an id for each of at most ' +
        `${MOST_LOCALES} locales`,
    },
  });

function isMap(value: unknown, most: number, fits: (value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const values: unknown[] = Object.values(value);
  return values.length <= most && values.every(fits);
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID;
}

export class FallbackBody {
  /** `fallback`: the next channel when one fails. `all`: every channel at once. */
  @IsIn(['fallback', 'all'])
  mode!: 'fallback' | 'all';

  /**
   * Milliseconds, 1,000 to 86,400,000: also the next channel if nothing was confirmed until then. Without it only a failure
   * leads on. Says nothing where the mode is `all`.
   */
  @IsOptional()
  @IsInt()
  timeoutMs?: number;
}

/** Everything a type says but its name. What is left out has its default, whatever it was before. */
export class SaveNotificationTypeBody {
  /** For your own eyes. */
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  description?: string;

  /** A user may prefer channels for all types of a category. `general` if left out. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  category?: string;

  /** A user may choose the channels of a mandatory type, but not none of them. False if left out. */
  @IsOptional()
  @IsBoolean()
  mandatory?: boolean;

  /** `critical` has workers of its own and does not wait for quiet hours to end. */
  @IsIn(lanes)
  lane!: Lane;

  /** In the order in which they are tried unless the recipient prefers another: `["push", "email"]`. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CHANNELS)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  channels!: string[];

  /** `{"mode": "fallback"}` without a timeout if left out. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FallbackBody)
  fallback?: FallbackBody;

  /** By channel: `tpl_…`, or one by BCP 47 locale of which one is the `default`: `{"default": "tpl_…", "de": "tpl_…"}`. */
  @IsTemplatesByChannel()
  templates!: Record<string, string | LocalisedTemplates>;

  /** What a notification's data must have: `code`, `order.total`. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  requiredData?: string[];

  /** The sender of its e-mails: `Name <address>` or a bare address. */
  @IsOptional()
  @IsString()
  @Length(1, 900)
  from?: string;
}

export class CreateNotificationTypeBody extends SaveNotificationTypeBody {
  /** What applications ask for: `mfa_code`. Unique in the workspace. */
  @IsString()
  @MaxLength(64)
  type!: string;
}
