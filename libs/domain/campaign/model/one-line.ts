/**
 * What a name may be made of: anything but control characters. A mail may carry it in a header (`Hello {{name}}` as a
 * subject), where a line break would begin a header of its own.
 */
export const ONE_LINE = /^[^\p{Cc}]*$/u;
