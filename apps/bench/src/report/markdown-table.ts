/** Markdown tables with aligned columns: the first column left, numbers right. */
import { markdownTable } from "markdown-table";

export function markdownOf(head: readonly string[], body: readonly (readonly string[])[]): string {
  return markdownTable([head, ...body], { align: head.map((_, i) => (i === 0 ? null : "r")) });
}
