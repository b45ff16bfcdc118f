import { Type } from 'class-transformer';
import { IsArray, IsIn, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

export class QuietHoursBody {
  /** `22:00`, by the clocks of the user's time zone. */
  @IsString()
  @MaxLength(5)
  from!: string;

  /** `07:00`. Before `from` it is that of the next day. */
  @IsString()
  @MaxLength(5)
  to!: string;
}

/** Who a user is. What is left out or null is not known of them, whatever was known before. */
export class SaveUserBody {
  @IsOptional()
  @IsString()
  email?: string;

  /** In international form: `+43 660 1234567`. */
  @IsOptional()
  @IsString()
  phone?: string;

  /** The number of their WhatsApp account, in international form. */
  @IsOptional()
  @IsString()
  whatsapp?: string;

  /** Addresses of further kinds, by kind: those of channels this deployment has added. */
  @IsOptional()
  @IsObject()
  addresses?: Record<string, string>;

  /** BCP 47: `de`, `pt-BR`. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  locale?: string;

  /** IANA name: `Europe/Vienna`. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timezone?: string;

  /** When nothing but the critical lane disturbs them. What comes then waits for the end. */
  @IsOptional()
  @ValidateNested()
  @Type(() => QuietHoursBody)
  quietHours?: QuietHoursBody;
}

/**
 * What a user wants: channels in their order, an empty list being none. What they say of a type goes before what they say of
 * its category, and that before `channels`. At most 200 types and 200 categories.
 */
export class SavePreferencesBody {
  /** For everything. Where it is left out each type goes by its own channels. */
  @IsOptional()
  @IsArray()
  channels?: string[];

  /** By notification type: `{"receipt": ["email"]}`. */
  @IsOptional()
  @IsObject()
  types?: Record<string, string[]>;

  /** By category: `{"news": []}`. */
  @IsOptional()
  @IsObject()
  categories?: Record<string, string[]>;
}

/** One installation of an application, as the push provider's library names it: either its `token` or its `fid`. */
export class AddDeviceBody {
  @IsIn(['android', 'ios', 'web'])
  platform!: 'android' | 'ios' | 'web';

  /** The registration token. */
  @IsOptional()
  @IsString()
  token?: string;

  /** The Firebase installation id. */
  @IsOptional()
  @IsString()
  fid?: string;
}
