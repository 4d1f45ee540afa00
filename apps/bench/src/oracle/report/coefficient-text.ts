/** A correlation as text, for instance `0.93`; a rounded zero has no sign. */
export function coefficientText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}
