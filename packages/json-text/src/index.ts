export {
  jsonStringBytesMax,
  jsonTextByteLength,
  jsonTextToBytes,
  jsonTextToString,
  toJsonText,
  type JsonText,
} from './json-text.js';
export {
  jsonDepthMax,
  JsonSyntaxError,
  scanJson,
  scanMembers,
  type JsonKind,
  type JsonMember,
  type JsonSpan,
} from './scan.js';
