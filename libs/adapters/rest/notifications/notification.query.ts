import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { type NotificationStatus, notificationStatuses } from '#domain/communication/model/notification.js';
import { PageQuery } from '../kit/page.query.js';

export class NotificationQueryParameters extends PageQuery {
  @IsOptional()
  @IsString()
  @Length(1, 64)
  type?: string;

  @IsOptional()
  @IsIn(notificationStatuses)
  status?: NotificationStatus;

  @IsOptional()
  @IsString()
  @Length(1, 128)
  userId?: string;
}
