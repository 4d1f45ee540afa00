/** The time since `since`, a value of `performance.now()`, as the end of a line: `, after 12 s`. */
export function after(since: number): string {
  return `, after ${Math.round((performance.now() - since) / 1000)} s`;
}
