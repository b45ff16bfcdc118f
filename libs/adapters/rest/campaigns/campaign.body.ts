import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

export class AudienceBody {
  /** Members of any of these lists, each person once. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  listIds!: string[];
}

export class ScheduleBody {
  /** An instant (`2026-05-01T09:00:00Z`), or a local time (`2026-05-01T09:00`) with `timezone`. */
  @IsString()
  @MaxLength(40)
  scheduleAt!: string;

  /** IANA name, or `recipient` for each recipient's own zone. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timezone?: string;
}

export class CreateCampaignBody {
  /** For your own eyes. */
  @IsString()
  @Length(1, 200)
  name!: string;

  /** `Name <address>` or a bare address. */
  @IsString()
  @Length(1, 900)
  from!: string;

  @IsOptional()
  @IsString()
  @Length(1, 900)
  replyTo?: string;

  /** Instead of the template's subject; may hold variables like it. */
  @IsOptional()
  @IsString()
  @Length(1, 998)
  subject?: string;

  @IsString()
  @Length(1, 64)
  templateId!: string;

  @ValidateNested()
  @Type(() => AudienceBody)
  audience!: AudienceBody;

  /** Variables that are the same for everybody. */
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  /** Messages a second at most; without it as fast as the providers allow. */
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0.01)
  @Max(1_000_000)
  rate?: number;

  /** Schedules the campaign at once: see `POST /v1/campaigns/{id}/schedule`. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  scheduleAt?: string;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  timezone?: string;
}
