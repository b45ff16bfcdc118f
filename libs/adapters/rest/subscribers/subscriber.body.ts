import {
  ArrayMaxSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';

class SubscriberFactsBody {
  /** Shown in mails as {{name}}. */
  @IsOptional()
  @IsString()
  @MaxLength(320)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'name must be one line without control characters' })
  name?: string;

  /** Whatever else is known: {{attributes.city}}. At most 16,384 characters of JSON. */
  @IsOptional()
  @IsObject()
  attributes?: Record<string, unknown>;

  /** BCP 47: `de`, `pt-BR`. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { message: 'locale must be a BCP 47 language tag' })
  @MaxLength(35)
  locale?: string;

  /** IANA name: `Europe/Berlin`. */
  @IsOptional()
  @IsTimeZone()
  timezone?: string;
}

export class CreateSubscriberBody extends SubscriberFactsBody {
  /** One address; who a person is. A second subscriber with it is merged into the first. */
  @IsString()
  @MaxLength(20_000)
  email!: string;

  /** Lists to join. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  listIds?: string[];
}

/** What is left out stays. Attributes are merged key by key; a key set to null goes. */
export class ChangeSubscriberBody extends SubscriberFactsBody {}
