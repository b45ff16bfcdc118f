import { Allow, IsInt, IsObject, IsOptional, IsString, Min, ValidateBy } from 'class-validator';

/** Something a template leaves open. */
export class TemplateVariableBody {
  /** As the template names it; a dot reaches into an object: `attributes.city`. */
  name!: string;
  /** Whether a message without it is refused. False if left out. */
  required?: boolean;
  /** Any JSON value, shown to whoever fills the template in. */
  example?: unknown;
}

const VARIABLE_FIELDS = new Set(['name', 'required', 'example']);

/** No fields but those of a variable; the rest about variables is for templating to judge, in its own codes. */
const VariablesOnly = (): PropertyDecorator =>
  ValidateBy({
    name: 'unknown_field',
    validator: {
      validate: (value: unknown) => !Array.isArray(value) || value.every(isVariable),
      defaultMessage: () => 'A variable has the fields name, required and example, and no others',
    },
  });

function isVariable(one: unknown): boolean {
  return (
    typeof one === 'object' && one !== null && Object.keys(one).every((name) => VARIABLE_FIELDS.has(name))
  );
}

/**
 * What a template says. Kinds and sizes of the parts are judged with what they say, where a template is refused by
 * codes of its own (`template_must_be_string`, `template_too_large`, …).
 */
export class TemplateContentBody {
  /** One line; expressions are allowed. The title of a push message or in an inbox; a text message has none. */
  @Allow()
  subject?: string;

  /** Handlebars source of the HTML part. A template for e-mail has this, or `text`, or both; others have none. */
  @Allow()
  html?: string;

  /** Handlebars source of the text part; made out of `html` if left out. Without HTML it is needed. */
  @Allow()
  text?: string;

  /** If left out: those that the template uses, each as the version before had it, or else not required. */
  @IsOptional()
  @VariablesOnly()
  variables?: TemplateVariableBody[];

  /** BCP 47 language tag, by which numbers and dates print. */
  @IsOptional()
  @IsString()
  locale?: string;
}

export class CreateTemplateBody extends TemplateContentBody {
  /** One line, for whoever chooses a template. */
  @IsString()
  name!: string;

  /** One of this deployment's: `email` (if left out), `sms`, `push`, … */
  @IsOptional()
  @IsString()
  channel?: string;
}

export class SaveTemplateBody extends TemplateContentBody {
  /** As before if left out. */
  @IsOptional()
  @IsString()
  name?: string;

  /** As before: a template's channel never changes. */
  @IsOptional()
  @IsString()
  channel?: string;

  /** The version this one was made from. With it, a version that somebody else saved meanwhile is not overridden. */
  @IsOptional()
  @IsInt()
  @Min(1)
  expectedVersion?: number;
}

export class PreviewBody {
  /** The value of each variable under its name. */
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;
}

export class TestSendBody extends PreviewBody {
  /** The one address that it goes to, by the template's channel: an e-mail address, a telephone number, … */
  @IsString()
  to!: string;

  /** Of an e-mail: `Name <address>` or a bare address; if left out, the mail comes from the address it goes to. */
  @IsOptional()
  @IsString()
  from?: string;
}
