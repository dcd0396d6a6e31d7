/** Whether a text is base64 as it is usually written: without line breaks, padded, and not empty. */
export function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** Decodes base64, padded or not. @returns `undefined` when it is none */
export function decodeBase64(text: string): Buffer | undefined {
  const isUnpadded = text.length % 4 !== 1 && /^[A-Za-z0-9+/]+$/.test(text);
  return isUnpadded || isBase64(text) ? Buffer.from(text, 'base64') : undefined;
}
