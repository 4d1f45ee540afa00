/**
 * Text from files, for instance names of layers and weights, made safe to print. A terminal obeys escape sequences, and
 * invisible characters that reverse the direction of writing make a text look like another one.
 */

/** Control characters, lone surrogates, line and paragraph separators, marks of the direction of writing. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * The text on one line: `?` replaces every character that is not printable, and what exceeds `maximumLength` is cut out
 * of the middle. Takes time and memory in proportion to `maximumLength`, not to the text.
 *
 * @param maximumLength - In UTF-16 code units. Default 200.
 *
 * @example printable("conv\x1b[2J"); // "conv?[2J"
 */
export function printable(text: string, maximumLength = 200): string {
  return shortened(text, maximumLength).replace(unprintable, "?");
}

/** Like `printable`, but lines stay lines: for text of several lines such as a stack or a table. */
export function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(unprintable, "?"))
    .join("\n");
}

/** Keeps more of the start than of the end: advice stands at the end of a message, the problem at its start. */
function shortened(text: string, maximumLength: number): string {
  if (text.length <= maximumLength) return text;
  const end = Math.floor(maximumLength / 3);
  return `${text.slice(0, maximumLength - end - 1)}…${text.slice(text.length - end)}`;
}
