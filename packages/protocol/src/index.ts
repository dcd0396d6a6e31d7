export { toAnswerBody, type AnswerShape, type GuestAnswer } from './answer.js';
export { frameMarker, withoutFrameMarker } from './frame-marker.js';
export { parseInitRequest, type EnvironmentEntries, type InitRequest } from './init-request.js';
export { RequestError } from './request-error.js';
export { parseRunRequest, type ParsedRun, type RunRequestBody } from './run-request.js';
export {
  decodeText,
  initFailedText,
  internalText,
  runFailedText,
  situations,
  toErrorBody,
  unmarshalText,
} from './situations.js';
