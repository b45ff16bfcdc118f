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

  /** Those to this address, in any spelling of it. */
  @IsOptional()
  @IsString()
  email?: string;
}
