import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import {
  type ConversationKind,
  conversationKinds,
  type Role,
  roles,
} from '#domain/chat/model/conversation.js';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const MOST_AT_ONCE = 1_000;

export class OpenConversationBody {
  /** `direct` is between two, a `group` has up to 256 members, a `room` up to 5,000. */
  @IsIn(conversationKinds)
  kind!: ConversationKind;

  /** Of a direct one: the other user. */
  @IsOptional()
  @IsString()
  with?: string;

  /** Of a group or room: one line of 1 to 200 characters. */
  @IsOptional()
  @IsString()
  title?: string;

  /** Of a group or room: users beside the one who opens it, at most 1,000 at once. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  members?: string[];
}

export class RenameConversationBody {
  /** One line of 1 to 200 characters. */
  @IsString()
  title!: string;
}

export class SendMessageBody {
  /** At most 20,000 UTF-16 units. */
  @IsString()
  text!: string;

  /**
   * The sender's own name for the message, 1 to 128 visible ASCII characters: sent again under it, whenever, it is answered
   * with the message that is there. Left out it follows from the `Idempotency-Key`, if there is one.
   */
  @IsOptional()
  @IsString()
  clientMessageId?: string;

  /** A message of this conversation that it answers. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  replyTo?: string;

  /** Users, at most 50. Those who are no members are left out. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  mentions?: string[];

  /** `att_…`, uploaded before by the sender; at most 10. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  attachments?: string[];
}

export class EditMessageBody {
  /** At most 20,000 UTF-16 units, in place of what it said. */
  @IsString()
  text!: string;

  /** Users, at most 50, in place of those it mentioned. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  mentions?: string[];
}

export class ReactBody {
  /** 1 to 32 UTF-16 units. */
  @IsString()
  emoji!: string;

  /** False takes it back. */
  @IsBoolean()
  on!: boolean;
}

export class PinBody {
  /** `msg_…` */
  @IsString()
  @MaxLength(64)
  messageId!: string;

  /** False takes it off. True if left out. */
  @IsOptional()
  @IsBoolean()
  on?: boolean;
}

export class ReceiptBody {
  /** Everything up to this `seq` has reached a device of the user. Marks only move forward. */
  @IsOptional()
  @IsInt()
  @Min(0)
  deliveredSeq?: number;

  /** Everything up to this `seq` has been read. */
  @IsOptional()
  @IsInt()
  @Min(0)
  readSeq?: number;
}

export class AddMembersBody {
  /** Users, at most 1,000 at once. Who is there already stays as they are. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_AT_ONCE)
  @IsString({ each: true })
  userIds!: string[];
}

export class SetRoleBody {
  @IsIn(roles)
  role!: Role;
}

export class MuteBody {
  /** ISO 8601 with a zone: no calls for attention until then. Null: from now on again. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'until must be an instant such as 2026-05-01T09:00:00Z' })
  until?: string | null;
}

export class BroadcastBody {
  /** Your own name for what it is: 1 to 64 of `A-Z a-z 0-9 . _ : -`. */
  @IsString()
  @MaxLength(64)
  event!: string;

  /** Any JSON, at most 16,384 bytes. */
  @IsOptional()
  data?: unknown;
}

export class BlockBody {
  /** Who is to be heard of no more. */
  @IsString()
  userId!: string;
}
