/** A number for tfjs's random generators from a text: FNV-1a, 32 bits. tfjs takes a seed of 0 for none, hence the last bit. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 1) | 1;
}
