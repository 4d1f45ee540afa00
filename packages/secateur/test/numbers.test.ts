/** Numbers in tables and reports have three significant digits, whatever their size. */
import { expect, it } from "vitest";
import { change, formatBytes, grouped, milliseconds, percent, short, significant } from "../src/numbers.ts";

it.each([
  [short(299_855_360), "300 M"],
  [short(2_619_461), "2.62 M"],
  [short(12_000), "12.0 k"],
  [short(1234), "1.23 k"],
  [short(999), "999"],
  [formatBytes(2_737_389), "2.74 MB"],
  [formatBytes(117_928), "118 kB"],
  [formatBytes(12), "12 B"],
  [milliseconds(8.066), "8.07 ms"],
  [milliseconds(91.24), "91.2 ms"],
  [milliseconds(100.2), "100 ms"],
  [grouped(2_619_461), "2,619,461"],
  [percent(0.9), "90.0 %"],
  [change(91.2, 79), "−13.4 %"],
  [significant(0.04812), "0.0481"],
])("%s", (actual, expected) => {
  expect(actual).toBe(expected);
});
