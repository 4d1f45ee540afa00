/** Numbers as readers expect them. */

/** `3,538,984` */
export const grouped = (value: number): string => Math.round(value).toLocaleString("en-US");

/** `2.74 MB`, `117 kB` */
export function formatBytes(bytes: number): string {
  return bytes >= 1e3 ? `${short(bytes)}B` : `${bytes} B`;
}

/** `31.5 M`, `12.0 k` */
export function short(value: number): string {
  for (const [unit, letter] of units) if (value >= unit) return `${threeDigits(value / unit)} ${letter}`;
  return grouped(value);
}

const units = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** `2.74`, `12.0`, `117` */
const threeDigits = (value: number): string => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);

/** `8.07 ms`, `41.2 ms` */
export const milliseconds = (ms: number): string => `${threeDigits(ms)} ms`;

/** A share of 0..1: `95.0 %`. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** `−30.2 %`, `+1.0 %`, `0 %` */
export function change(before: number, after: number): string {
  if (before === 0 || before === after) return "0 %";
  const share = (100 * (after - before)) / before;
  return `${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}

/** Three significant digits: `0.0123`, `1.2e-7`. */
export function significant(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e5
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(1);
}

/** `1 image`, `2 images` */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
