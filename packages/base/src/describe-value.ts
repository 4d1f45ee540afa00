/** A value from a file, for messages. Containers are not converted to text: nested lists can be exponentially large. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (typeof value === "object" && value !== null) return "an object";
  return String(value).slice(0, 100);
}
