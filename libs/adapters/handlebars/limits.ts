/**
 * How much a template may ask for. Parsing costs 20 to 100 µs an expression (the latter while the parser is new to the
 * engine) and rises with the square of the depth, so these keep reading a template under some 100 ms and rendering it
 * under some 20 ms, whoever wrote it.
 */

/** Blocks within blocks, `else if` counting as one more; and parentheses within parentheses. */
export const MAX_DEPTH = 32;
/** Opening braces in one part of a template. */
export const MAX_EXPRESSIONS = 1_000;
/** Characters between braces, comments not counted, in one part of a template. */
export const MAX_EXPRESSION_CHARS = 32_768;

/** What is read on the thread that serves takes it no more than a few milliseconds: braces of all parts together. */
export const EXPRESSIONS_READ_AT_ONCE = 100;
/** Likewise, in characters of all parts together. */
export const SOURCE_READ_AT_ONCE = 131_072;

/** Beginnings and ends of tags in html: a mail of 102 KB, where Gmail cuts it off, has some 2,500. */
export const MAX_TAGS = 8_000;

/** Iterations, conditions and printed values in one rendering. */
export const MAX_STEPS = 100_000;
/** UTF-16 units of each part rendered, and of all values printed in one rendering. */
export const MAX_OUTPUT = 1_048_576;
