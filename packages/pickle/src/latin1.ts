/**
 * Bytes as text, one character a byte, and back: how Python 2 strings and numpy's raw data travel in a pickle.
 * `TextDecoder("latin1")` will not do: by the web's standard it means windows-1252.
 */

const chunk = 8192;

export function decodeLatin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += chunk) {
    // Spreading would go through an iterator, which takes ten times as long.
    const codes = bytes.subarray(start, start + chunk) as unknown as number[];
    parts.push(String.fromCharCode.apply(null, codes));
  }
  return parts.join("");
}

/** Undefined if the text holds a character beyond U+00FF, which no byte stands for. */
export function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return undefined;
    bytes[i] = code;
  }
  return bytes;
}
