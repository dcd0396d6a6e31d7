export { createRuntime } from './jco-runtime.js';
