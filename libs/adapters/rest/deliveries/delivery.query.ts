import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { type DeliveryStatus, deliveryStatuses } from '#domain/delivery/model/delivery.js';
import { PageQuery } from '../kit/page.query.js';

export class DeliveriesQuery extends PageQuery {
  /** Those of this campaign (`cmp_…`) or test mail (`tst_…`). */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  campaignId?: string;

  /** Those in this state. */
  @IsOptional()
  @IsIn(deliveryStatuses)
  status?: DeliveryStatus;

  /** Those to this e-mail address, in any spelling of it. */
  @IsOptional()
  @IsString()
  email?: string;

  /** Those to this address of whatever channel, in any spelling of it: `+43 660 1234567`. Not together with `email`. */
  @IsOptional()
  @IsString()
  @MaxLength(4_200)
  address?: string;
}
