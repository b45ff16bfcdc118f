import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { type MailPart, mailParts } from './outbox-mail.js';

export class OutboxPageQuery {
  /** Mails to an address with this in it. */
  @IsOptional()
  @IsString()
  @MaxLength(320)
  to?: string;

  /** The page after the one that named this. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  after?: string;

  /** Which part of the open mail is shown. */
  @IsOptional()
  @IsIn(mailParts)
  part?: MailPart;
}
