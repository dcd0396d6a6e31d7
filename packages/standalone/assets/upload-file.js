// @ts-check
import { formatBytes } from './format.js';

/**
 * What an action could be called after its file.
 *
 * @param {string} fileName
 */
export function nameFromFile(fileName) {
  return fileName
    .replace(/\.(wasm|zip)$/i, '')
    .replaceAll(/[^\w@ .&-]/g, '-')
    .replace(/^[ .&-]+/, '');
}

/** How the files begin that can be an action: WebAssembly (modules and components alike), and zip. */
const beginnings = [
  [0x00, 0x61, 0x73, 0x6d],
  [0x50, 0x4b, 0x03, 0x04],
];

/**
 * Base64 of a file that can be an action.
 *
 * @param {File} file
 * @param {number} codeBytesMax most characters of the result
 * @returns {Promise<string>}
 * @throws {Error} with a text that can be shown
 */
export async function encodeFile(file, codeBytesMax) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (!beginnings.some((bytes) => bytes.every((byte, index) => start[index] === byte))) {
    throw new Error(`${file.name} is neither WebAssembly nor a zip file.`);
  }
  const encodedBytes = Math.ceil(file.size / 3) * 4;
  if (encodedBytes > codeBytesMax) {
    throw new Error(
      `${file.name} is too large: ${formatBytes(encodedBytes)} in base64, and ${formatBytes(codeBytesMax)} are allowed.`,
    );
  }
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      resolve(/** @type {string} */ (reader.result));
    });
    reader.addEventListener('error', () => {
      reject(new Error(`${file.name} could not be read. Was it changed after you chose it?`));
    });
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
