export {
  jsonStringBytesMax,
  jsonTextByteLength,
  jsonTextToBytes,
  jsonTextToString,
  toJsonText,
  type JsonText,
} from './json-text.js';
export { cutMembers, type JsonMemberText } from './member-texts.js';
export {
  jsonDepthMax,
  JsonSyntaxError,
  scanJson,
  scanMembers,
  type JsonKind,
  type JsonMember,
  type JsonSpan,
} from './scan.js';
