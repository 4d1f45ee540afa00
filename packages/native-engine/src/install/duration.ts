/** How long a step took, as the end of a line: `, after 12 s`. `since` is of `performance.now()`. */
export function after(since: number): string {
  return `, after ${Math.round((performance.now() - since) / 1000)} s`;
}
