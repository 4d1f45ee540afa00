/** A correlation as text: `0.93`. What is rounded to zero has no sign. */
export function coefficientText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}
